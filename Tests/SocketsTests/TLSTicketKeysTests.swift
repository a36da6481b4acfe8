import Testing

@testable import Sockets

@Suite struct TLSTicketKeysTests {
    @Test func `a key is replaced after its time and read as long as its tickets live`() {
        let keys = TLSTicketKeys()
        let start = ContinuousClock.now
        let first = keys.current(start)
        #expect(keys.current(start + .seconds(3_599)).name == first.name)
        let second = keys.current(start + .seconds(3_600))
        #expect(second.name != first.name && second.cipher != first.cipher && second.signature != first.signature)
        let old = keys.key(named: first.name, start + .seconds(3_600))
        #expect(old?.isCurrent == false && old?.key.cipher == first.cipher)
        #expect(keys.key(named: second.name, start + .seconds(3_600))?.isCurrent == true)
        #expect(keys.key(named: first.name, start + .seconds(3_600 + 7_200)) == nil)
        #expect(keys.key(named: Array(first.name.reversed()), start) == nil)
    }
}

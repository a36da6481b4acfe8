import Testing

@testable import OpenAI

@Suite struct ResponseStoreTests {
    private func response(_ id: String, size: Int = 100) -> StoredResponse {
        StoredResponse(id: id, body: [UInt8](repeating: 0, count: size), input: [], output: [])
    }

    @Test func `the response that nobody used for longest goes first`() {
        let store = ResponseStore(capacity: 2, memory: 1000)
        store.insert(response("a"))
        store.insert(response("b"))
        #expect(store["a"] != nil)
        store.insert(response("c"))
        #expect(store["b"] == nil)
        #expect(store["a"] != nil && store["c"] != nil)
    }

    @Test func `memory is a limit of its own`() {
        let store = ResponseStore(capacity: 10, memory: 250)
        store.insert(response("a"))
        store.insert(response("b"))
        store.insert(response("c", size: 200))
        #expect(store["a"] == nil && store["b"] == nil && store["c"] != nil)
        store.insert(response("d", size: 251))
        #expect(store["d"] == nil && store["c"] != nil)
        store.remove("c")
        store.insert(response("e", size: 250))
        #expect(store["e"] != nil)
    }

    @Test func `a store without room keeps nothing`() {
        let store = ResponseStore(capacity: 0, memory: 1000)
        #expect(!store.isEnabled)
        store.insert(response("a"))
        #expect(store["a"] == nil)
    }
}

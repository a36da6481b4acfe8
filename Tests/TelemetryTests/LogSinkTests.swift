import Glibc
import Testing

@testable import Telemetry

@Suite struct LogSinkTests {
    @Test func `what a full pipe does not take is counted, and nobody waits for it`() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        let sink = LogSink(ends[1])
        let line = String(repeating: "x", count: 4_095) + "\n"
        for _ in 0..<40 { sink.write(line) { "lost \($0)\n" } }

        var taken = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while taken == 0 || taken % line.utf8.count != 0 { taken += read(ends[0], &buffer, buffer.count) }
        let lost = 40 - taken / line.utf8.count
        #expect(lost > 0)
        sink.write("last\n") { "lost \($0)\n" }
        let count = read(ends[0], &buffer, buffer.count)
        #expect(String(decoding: buffer.prefix(count), as: UTF8.self) == "lost \(lost)\nlast\n")
    }

    @Test func `a descriptor that takes nothing stops nobody`() {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        LogSink(full).write("line\n") { _ in "" }
        LogSink(-1).write("line\n") { _ in "" }
    }
}

import Dispatch
import Glibc
import Service
import Testing

@Suite struct FatalSignalsTests {
    @Test func `a stack that is full is told as any other fatal signal, on threads of Dispatch too`() async throws {
        let result = await #expect(processExitsWith: .signal(SIGSEGV), observing: [\.standardErrorContent]) {
            FatalSignals.report()
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in
                DispatchQueue(label: "apus.test").async {
                    FatalSignals.coverThread()
                    print(sink(1))
                }
            }
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("is ended by SIGSEGV, a wrong access to memory or a stack that is full, at address 0x"))
        #expect(text.contains("no step had run"))
    }
}

/// Calls itself until the stack is full.
@inline(never)
private func sink(_ depth: Int) -> Int {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 1_000) { memory in
        memory.initialize(repeating: depth)
        return depth < 0 ? 0 : sink(depth + 1) + memory[depth % 1_000]
    }
}

import Dispatch
import OpenAI
import Testing

@testable import Service

struct RequestPreparationTests {
    private static let large = RequestPreparation.smallBody + 1
    private let preparation = RequestPreparation()

    @Test func `large requests hold up each other alone`() async throws {
        let preparation = preparation
        let gate = DispatchSemaphore(value: 0)
        // More than there are threads for tasks on small machines.
        let blocked = (0..<16).map { number in
            Task {
                try await preparation.run(bodySize: Self.large) { () throws(APIError) in
                    gate.wait()
                    return number
                }
            }
        }
        #expect(try await preparation.run(bodySize: 10) { () throws(APIError) in 7 } == 7)
        for _ in blocked { gate.signal() }
        for (number, task) in blocked.enumerated() { #expect(try await task.value == number) }
    }

    @Test func `what a client that left waits for is not begun`() async {
        let preparation = preparation
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await preparation.run(bodySize: Self.large) { () throws(APIError) in "begun" }
        }
        await #expect(throws: APIError.self) { try await task.value }
    }

    @Test func `an error passes through`() async {
        for size in [1, Self.large] {
            let error = await #expect(throws: APIError.self) {
                try await preparation.run(bodySize: size) { () throws(APIError) in
                    throw .invalidRequest("no", param: "n")
                }
            }
            #expect(error?.param == "n")
        }
    }
}

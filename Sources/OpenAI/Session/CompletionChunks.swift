/// The payloads of a streamed response: JSON objects, one a server-sent event.
package struct CompletionChunks<Generation: TokenStream>: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = Never

    private let work: CompletionWork<Generation>

    init(_ work: CompletionWork<Generation>) {
        self.work = work
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(driver: CompletionDriver(work))
    }

    package struct Iterator: AsyncIteratorProtocol {
        /// nil after the end.
        private var driver: CompletionDriver<Generation>?
        /// In reverse.
        private var ready: [[UInt8]] = []

        init(driver: CompletionDriver<Generation>) {
            self.driver = driver
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> [UInt8]? {
            while ready.isEmpty, let driver {
                do {
                    switch try await driver.step() {
                    case .payloads(let payloads):
                        ready = payloads.reversed()
                    case .completed:
                        ready = driver.closingChunks.reversed()
                        self.driver = nil
                    case .aborted:
                        self.driver = nil
                    }
                } catch {
                    ready = [error.body]
                    self.driver = nil
                }
            }
            return ready.popLast()
        }
    }
}

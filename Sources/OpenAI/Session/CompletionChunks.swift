/// The events of a streamed response, to its very last.
package struct CompletionChunks<Generation: TokenStream>: AsyncSequence, Sendable {
    package typealias Element = StreamPayload
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
        private var ready: [StreamPayload] = []

        init(driver: CompletionDriver<Generation>) {
            self.driver = driver
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> StreamPayload? {
            while ready.isEmpty, let driver {
                do {
                    switch try await driver.step() {
                    case .payloads(let payloads):
                        ready = payloads.reversed()
                    case .completed:
                        ready = driver.closing().reversed()
                        self.driver = nil
                    case .aborted:
                        self.driver = nil
                    }
                } catch {
                    ready = driver.failure(error).reversed()
                    self.driver = nil
                }
            }
            return ready.popLast()
        }
    }
}

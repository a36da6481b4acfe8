internal import Engine
internal import FoundationEssentials
internal import OpenAI

/// `apus run-batch`: answers a file of requests in OpenAI's batch format, without a network.
package struct BatchRun: Sendable {
    /// What a run came to, results of earlier runs included only in `earlier`.
    package struct Summary: Sendable, Equatable {
        package var succeeded = 0
        package var failed = 0
        package var earlier = 0
    }

    private var configuration: ServerConfiguration

    package init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
        // All that is in flight may wait: a batch has time.
        self.configuration.maxQueuedRequests = 1_000_000
    }

    /// Answers the lines of `input` that have no result in `output` yet, in any order.
    ///
    /// A result is in the file as soon as it is there: a run that was killed goes on where it ended. Throws when a file
    /// cannot be read or written, or the model cannot be loaded.
    package func run(input: String, output: String) async throws -> Summary {
        guard let content = try? Data(contentsOf: URL(filePath: input), options: .mappedIfSafe) else {
            throw SettingError(input, "cannot be read. Name a file with one request a line.")
        }
        let results = try BatchOutput(path: output)
        var queue = BatchQueue(content, without: results)
        guard let first = queue.next() else { return Summary(earlier: queue.earlier) }

        let model = try LocalModel(configuration)
        let progress = ProgressLine(label: "Answering")
        var summary = Summary()
        try await withThrowingTaskGroup(of: BatchResult.self) { group in
            group.addTask { await Self.result(of: first, model) }
            // Twice as many as run, so that the batch stays full while results are written.
            for _ in 1..<(2 * model.engine.limits.maxSequences) {
                guard let item = queue.next() else { break }
                group.addTask { await Self.result(of: item, model) }
            }
            for try await result in group {
                try results.write(result)
                if result.isSuccess { summary.succeeded += 1 } else { summary.failed += 1 }
                if let item = queue.next() { group.addTask { await Self.result(of: item, model) } }
                let done = summary.succeeded + summary.failed + queue.earlier
                progress.show(Double(done) / Double(queue.lineCount), "\(done)/\(queue.lineCount)")
            }
        }
        progress.clear()
        try results.finish()
        summary.earlier = queue.earlier
        model.engine.shutdown()
        return summary
    }

    private static func result(of item: BatchQueue.Item, _ model: LocalModel) async -> BatchResult {
        let line: BatchLine
        switch item.content {
        case .success(let parsed): line = parsed
        case .failure(let fault):
            return BatchResult(customID: item.customID, outcome: .refused(fault, line: item.number))
        }
        var requestID = ""
        do {
            let call = try line.call(model.context)
            requestID = call.id
            let body = try await call.start(on: model.engine, context: model.context).response()
            return BatchResult(
                customID: line.customID, outcome: .answered(status: 200, requestID: call.id, body: body))
        } catch {
            return BatchResult(
                customID: line.customID,
                outcome: .answered(status: error.status, requestID: requestID, body: error.body))
        }
    }
}

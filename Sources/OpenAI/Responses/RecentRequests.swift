internal import JSON
internal import Synchronization

/// The requests that ended last, for /v1/requests. Nothing of what was asked or answered is in it.
package final class RecentRequests: Sendable {
    private struct Entry: Sendable {
        var report: CompletionReport
        /// Seconds since 1970.
        var end: Int
    }

    /// Requests that are remembered.
    package static let capacity = 100

    /// A ring once it is full: the oldest stands at `next`.
    private let state = Mutex<(entries: [Entry], next: Int)>(([], 0))

    package init() {}

    /// - Parameter end: when it ended, in seconds since 1970.
    package func note(_ report: CompletionReport, end: Int) {
        let entry = Entry(report: report, end: end)
        state.withLock { state in
            if state.entries.count < Self.capacity {
                state.entries.append(entry)
            } else {
                state.entries[state.next] = entry
                state.next = (state.next + 1) % Self.capacity
            }
        }
    }

    /// The list as JSON, the latest first.
    package var response: [UInt8] {
        let (entries, next) = state.withLock { $0 }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("object", "list")
        writer.key("data")
        writer.beginArray()
        for entry in (entries[next...] + entries[..<next]).reversed() { Self.write(entry, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ entry: Entry, to writer: inout JSONWriter) {
        let report = entry.report
        writer.beginObject()
        writer.field("id", report.id)
        let object =
            switch report.route {
            case .chat: "chat.completion"
            case .text: "text_completion"
            case .responses: "response"
            case .messages: "message"
            }
        writer.field("object", object)
        writer.field("model", report.model)
        writer.key("stream")
        writer.value(report.isStreaming)
        writer.field("ended", entry.end)
        writer.key("status")
        switch report.outcome {
        case .completed: writer.value(200)
        // As nginx logs them.
        case .aborted: writer.value(499)
        case .failed(let error): writer.value(error.status)
        }
        writer.key("finish_reasons")
        writer.beginArray()
        for reason in report.finishReasons { writer.value(optional: reason) }
        writer.endArray()
        writer.key("usage")
        report.usage.write(to: &writer)
        write("queue_seconds", report.queueTime, to: &writer)
        write("prefill_seconds", report.prefillTime, to: &writer)
        write("first_token_seconds", report.timeToFirstToken, to: &writer)
        write("decode_seconds", report.decodeTime, to: &writer)
        write("total_seconds", report.totalTime, to: &writer)
        writer.endObject()
    }

    private static func write(_ name: String, _ seconds: Double?, to writer: inout JSONWriter) {
        writer.key(name)
        if let seconds { writer.value((seconds * 1e6).rounded() / 1e6) } else { writer.null() }
    }
}

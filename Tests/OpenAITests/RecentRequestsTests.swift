import JSON
import Testing

@testable import OpenAI

struct RecentRequestsTests {
    private func report(_ id: Int, _ outcome: CompletionReport.Outcome = .completed) -> CompletionReport {
        CompletionReport(
            id: "chatcmpl-\(id)", model: "nano", route: .chat, isStreaming: true, outcome: outcome, totalTime: 1.5)
    }

    private func entries(_ requests: RecentRequests) throws -> [JSONValue] {
        try #require(try JSONValue(parsing: requests.response)["data"]?.arrayValue)
    }

    @Test func `the latest come first and the oldest are forgotten`() throws {
        let requests = RecentRequests()
        for id in 0..<(RecentRequests.capacity + 3) { requests.note(report(id), end: 1_000 + id) }
        let ids = try entries(requests).map { $0["id"]?.stringValue }
        let last = RecentRequests.capacity + 2
        #expect(ids.count == RecentRequests.capacity)
        #expect(ids.first == "chatcmpl-\(last)" && ids.last == "chatcmpl-3")
    }

    @Test func `an entry tells times, tokens and outcome`() throws {
        let requests = RecentRequests()
        #expect(try entries(requests).isEmpty)
        var finished = report(1)
        finished.usage.completionTokens = 7
        finished.finishReasons = ["stop", nil]
        finished.timeToFirstToken = 0.25
        requests.note(finished, end: 1_700_000_000)
        requests.note(report(2, .aborted), end: 1_700_000_001)
        requests.note(report(3, .failed(.rateLimited("full", retryAfter: 1))), end: 1_700_000_002)
        let found = try entries(requests)
        #expect(found.map { $0["status"]?.intValue } == [429, 499, 200])
        #expect(found[2]["ended"]?.intValue == 1_700_000_000)
        #expect(found[2]["usage"]?["completion_tokens"]?.intValue == 7)
        #expect(found[2]["finish_reasons"] == ["stop", .null])
        #expect(found[2]["first_token_seconds"]?.doubleValue == 0.25)
        #expect(found[2]["queue_seconds"] == .null)
    }
}

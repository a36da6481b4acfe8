import HTTP
import OpenAI
import Testing

@testable import Service

struct KeyUsageTests {
    private let start = ContinuousClock.now

    private func usage(requests: Int? = nil, tokens: Int? = nil, concurrent: Int? = nil) -> KeyUsage {
        var key = AccessKey(name: "alice", digest: [], scopes: [.inference])
        key.limits = limits(requests: requests, tokens: tokens, concurrent: concurrent)
        return KeyUsage(key, at: start)
    }

    private func limits(requests: Int? = nil, tokens: Int? = nil, concurrent: Int? = nil) -> AccessKey.Limits {
        var limits = AccessKey.Limits()
        limits.requestsPerMinute = requests
        limits.tokensPerMinute = tokens
        limits.maxConcurrent = concurrent
        return limits
    }

    private func refusal(_ usage: KeyUsage, after seconds: Double) -> APIError? {
        do throws(APIError) {
            try usage.check(at: start + .seconds(seconds))
            return nil
        } catch {
            return error
        }
    }

    @Test func `requests come back evenly, and the wait that is told is exact`() throws {
        let usage = usage(requests: 3)
        for _ in 0..<3 {
            try usage.begin(at: start)
            usage.end()
        }
        let error = try #require(refusal(usage, after: 0))
        #expect(error.status == 429 && error.type == "requests" && error.code == "rate_limit_exceeded")
        #expect(error.retryAfter == 20)
        #expect(error.message.contains("alice") && error.message.contains("3 requests per minute"))
        #expect(refusal(usage, after: 19.5)?.retryAfter == 1)
        #expect(refusal(usage, after: 20) == nil)
        try usage.begin(at: start + .seconds(20))
        #expect(refusal(usage, after: 20)?.retryAfter == 20)
    }

    @Test func `a refused request costs nothing`() throws {
        let usage = usage(requests: 1)
        try usage.begin(at: start)
        for second in 1..<60 {
            #expect(throws: APIError.self) { try usage.begin(at: start + .seconds(second)) }
        }
        try usage.begin(at: start + .seconds(60))
    }

    @Test func `no more than a minute's worth is saved up`() throws {
        let usage = usage(requests: 2)
        for _ in 0..<2 { try usage.begin(at: start + .seconds(3_600)) }
        #expect(throws: APIError.self) { try usage.begin(at: start + .seconds(3_600)) }
    }

    @Test func `tokens may be overdrawn, and are waited for then`() throws {
        let usage = usage(tokens: 60)
        try usage.begin(at: start)
        usage.charge(tokens: 50, at: start)
        #expect(refusal(usage, after: 0) == nil)
        usage.charge(tokens: 40, at: start)
        let error = try #require(refusal(usage, after: 0))
        #expect(error.type == "tokens" && error.retryAfter == 31)
        #expect(refusal(usage, after: 30)?.retryAfter == 1)
        #expect(refusal(usage, after: 31) == nil)
    }

    @Test func `requests at once have places`() throws {
        let usage = usage(concurrent: 2)
        try usage.begin(at: start)
        try usage.begin(at: start)
        #expect(refusal(usage, after: 5)?.retryAfter == 1)
        usage.end()
        #expect(refusal(usage, after: 5) == nil)
    }

    @Test func `header fields tell what is left, as OpenAI's do`() throws {
        let usage = usage(requests: 60, tokens: 1_000)
        try usage.begin(at: start)
        usage.charge(tokens: 100, at: start)
        var headers = HTTPHeaders()
        usage.describe(in: &headers, at: start)
        #expect(headers["x-ratelimit-limit-requests"] == "60" && headers["x-ratelimit-limit-tokens"] == "1000")
        #expect(headers["x-ratelimit-remaining-requests"] == "59" && headers["x-ratelimit-remaining-tokens"] == "900")
        #expect(headers["x-ratelimit-reset-requests"] == "1.0s" && headers["x-ratelimit-reset-tokens"] == "6.0s")
        usage.charge(tokens: 2_000, at: start)
        usage.describe(in: &headers, at: start)
        #expect(headers["x-ratelimit-remaining-tokens"] == "0" && headers["x-ratelimit-reset-tokens"] == "2m6s")
        var none = HTTPHeaders()
        self.usage(concurrent: 3).describe(in: &none, at: start)
        #expect(none.isEmpty)
    }

    @Test(arguments: [
        (Duration.zero, "0s"), (.milliseconds(1), "1ms"), (.microseconds(1), "1ms"), (.milliseconds(8_640), "8.64s"),
        (.seconds(360), "6m0s"), (.milliseconds(60_001), "1m1s"), (.seconds(3_661), "1h1m1s"),
    ])
    func `times are written as OpenAI writes them`(duration: Duration, text: String) {
        #expect(KeyUsage.text(duration) == text)
    }

    @Test func `other limits do not forget what was used`() throws {
        let usage = usage(requests: 2)
        for _ in 0..<2 { try usage.begin(at: start) }
        usage.apply(limits(requests: 60), at: start)
        #expect(refusal(usage, after: 0)?.retryAfter == 1)
        #expect(refusal(usage, after: 1) == nil)
        usage.apply(limits(), at: start)
        #expect(refusal(usage, after: 0) == nil)
    }

    @Test func `clocks of several threads may be a little apart`() {
        var bucket = RateBucket(perMinute: 60, at: start)
        bucket.take(60, at: start + .seconds(1))
        #expect(bucket.level(at: start) == 0)
        bucket.take(1, at: start)
        #expect(bucket.level(at: start + .seconds(2)) == 0)
    }
}

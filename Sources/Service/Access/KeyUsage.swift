internal import HTTP
internal import OpenAI
internal import Synchronization

/// What a key has used of its limits.
///
/// Requests are taken from their bucket when they come in. Tokens are taken when they are there: those of the prompt when
/// the engine has taken the request, generated ones as they come. So nobody has to guess how long an answer will be, and
/// the bucket may be overdrawn by what runs; the next request waits until it is made good.
final class KeyUsage: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct State {
        var maxConcurrent: Int?
        var requests: RateBucket?
        var tokens: RateBucket?
        var running = 0
    }

    private let name: String
    private let state: Mutex<State>

    init(_ key: AccessKey, at now: Instant = .now) {
        name = key.name
        state = Mutex(State())
        apply(key.limits, at: now)
    }

    /// Puts other limits in place of those before; what was used stays used.
    func apply(_ limits: AccessKey.Limits, at now: Instant = .now) {
        state.withLock { state in
            state.maxConcurrent = limits.maxConcurrent
            state.requests = limits.requestsPerMinute.map {
                RateBucket(perMinute: $0, level: state.requests?.level(at: now), at: now)
            }
            state.tokens = limits.tokensPerMinute.map {
                RateBucket(perMinute: $0, level: state.tokens?.level(at: now), at: now)
            }
        }
    }

    /// Throws 429 where a request would not be let in now.
    func check(at now: Instant = .now) throws(APIError) {
        if let refusal = state.withLock({ self.refusal($0, now) }) { throw refusal }
    }

    /// Lets a request in, until `end`, or throws 429.
    func begin(at now: Instant = .now) throws(APIError) {
        let refusal = state.withLock { state -> APIError? in
            if let refusal = self.refusal(state, now) { return refusal }
            state.requests?.take(1, at: now)
            state.running += 1
            return nil
        }
        if let refusal { throw refusal }
    }

    /// A request that was let in is over.
    func end() {
        state.withLock { $0.running -= 1 }
    }

    func charge(tokens: Int, at now: Instant = .now) {
        state.withLock { $0.tokens?.take(tokens, at: now) }
    }

    private func refusal(_ state: State, _ now: Instant) -> APIError? {
        if let bucket = state.requests, !bucket.holdsOne(at: now) {
            return refusal("requests", "\(bucket.perMinute) requests per minute", after: bucket.wait(for: 1, at: now))
        }
        if let bucket = state.tokens, !bucket.holdsOne(at: now) {
            return refusal("tokens", "\(bucket.perMinute) tokens per minute", after: bucket.wait(for: 1, at: now))
        }
        if let most = state.maxConcurrent, state.running >= most {
            return refusal("requests", "\(most) requests at once", after: .seconds(1))
        }
        return nil
    }

    /// OpenAI's words for it; `type` names what there is too much of.
    private func refusal(_ type: String, _ limit: String, after wait: Duration) -> APIError {
        let seconds = max(1, Int((wait / .seconds(1)).rounded(.up)))
        var error = APIError.rateLimited(
            "Rate limit reached: the key \(name) may have \(limit). Please try again in \(seconds)s.",
            retryAfter: seconds)
        error.type = type
        return error
    }

    // MARK: Header fields

    static let headerNames = ["Requests", "Tokens"].flatMap { kind in
        ["Limit", "Remaining", "Reset"].map { "X-RateLimit-\($0)-\(kind)" }
    }

    /// Adds OpenAI's `x-ratelimit-…` fields for the limits that there are.
    func describe(in headers: inout HTTPHeaders, at now: Instant = .now) {
        let (requests, tokens) = state.withLock { ($0.requests, $0.tokens) }
        for (kind, bucket) in [("Requests", requests), ("Tokens", tokens)] {
            guard let bucket else { continue }
            headers["X-RateLimit-Limit-\(kind)"] = "\(bucket.perMinute)"
            headers["X-RateLimit-Remaining-\(kind)"] = "\(max(0, Int(bucket.level(at: now))))"
            headers["X-RateLimit-Reset-\(kind)"] = Self.text(bucket.wait(for: .infinity, at: now))
        }
    }

    /// As OpenAI writes times: `6m0s`, `8.64s`, `12ms`, `0s`.
    static func text(_ duration: Duration) -> String {
        let milliseconds = Int((duration / .milliseconds(1)).rounded(.up))
        switch milliseconds {
        case 0: return "0s"
        case ..<1_000: return "\(milliseconds)ms"
        case ..<60_000: return "\(Double(milliseconds) / 1_000)s"
        default:
            let seconds = (milliseconds + 999) / 1_000
            let hours = seconds >= 3_600 ? "\(seconds / 3_600)h" : ""
            return hours + "\(seconds / 60 % 60)m\(seconds % 60)s"
        }
    }
}

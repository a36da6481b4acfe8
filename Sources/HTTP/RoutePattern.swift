/// A path pattern such as `/v1/models/{id}`: `{name}` takes one segment, a last `{name...}` takes one or more.
struct RoutePattern: Sendable {
    private enum Segment: Sendable, Hashable {
        case literal(String)
        case one(String)
        case rest(String)

        /// Literals before single segments before rests.
        var rank: Int {
            switch self {
            case .literal: 0
            case .one: 1
            case .rest: 2
            }
        }
    }

    /// The pattern as it was given.
    let text: String
    private let segments: [Segment]

    init(_ pattern: String) {
        text = pattern
        precondition(pattern.hasPrefix("/"), "the route pattern \(pattern) must begin with /")
        segments = Self.split(pattern).map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(PercentCoding.decode(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .one(String(name))
        }
        let rest = segments.firstIndex { if case .rest = $0 { true } else { false } }
        precondition(rest == nil || rest == segments.count - 1, "{…...} must be the last part of \(pattern)")
    }

    /// The values bound, decoded, or nil when the path does not match. One trailing slash is ignored.
    func match(_ path: String) -> [String: String]? {
        var parts = Self.split(path)[...]
        var values: [String: String] = [:]
        for segment in segments {
            guard let part = parts.first else { return nil }
            switch segment {
            case .literal(let text):
                guard PercentCoding.decode(part) == text else { return nil }
            case .one(let name):
                guard !part.isEmpty else { return nil }
                values[name] = PercentCoding.decode(part)
            case .rest(let name):
                guard !part.isEmpty else { return nil }
                values[name] = PercentCoding.decode(parts.joined(separator: "/"))
                return values
            }
            parts.removeFirst()
        }
        return parts.isEmpty ? values : nil
    }

    /// Whether this pattern says more than another that matches the same path.
    func isMoreSpecific(than other: RoutePattern) -> Bool {
        segments.map(\.rank).lexicographicallyPrecedes(other.segments.map(\.rank))
    }

    private static func split(_ path: String) -> [Substring] {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if parts.last?.isEmpty == true { parts.removeLast() }
        return Array(parts)
    }
}

extension RoutePattern: Equatable {
    static func == (a: RoutePattern, b: RoutePattern) -> Bool { a.segments == b.segments }
}

internal import COpenSSL
internal import HTTP
internal import OpenAI
internal import Sockets
internal import Synchronization

/// The keys that open the server: those of the command line, and those of a file, which may be replaced.
///
/// Only digests are kept. A key that comes is compared with all of them in constant time, whichever it is or whether it is
/// known at all.
final class KeyRing: Sendable {
    /// A key with what it has used.
    struct Holder: Sendable {
        let key: AccessKey
        let usage: KeyUsage

        var name: String { key.name }

        /// Throws 403 where the key does not open what the scope stands for.
        func check(_ scope: AccessScope, path: String) throws(APIError) {
            guard key.scopes.contains(scope) else {
                throw .forbidden("The key \(name) lacks the scope \(scope.rawValue), which \(path) needs.")
            }
        }
    }

    private let given: [Holder]
    /// nil: there is no file.
    private let listed: Mutex<[Holder]?>

    /// - Parameters:
    ///   - apiKeys: keys for everything but administration; without any and without a file nobody needs one.
    ///   - adminKeys: keys for administration alone.
    ///   - listed: the keys of the file; nil: there is none.
    init(apiKeys: [String] = [], adminKeys: [String] = [], listed: [AccessKey]? = nil) {
        let keys =
            apiKeys.map { AccessKey(name: "api-key", digest: Digest.bytes(of: $0), scopes: [.inference, .metrics]) }
            + adminKeys.map { AccessKey(name: "admin-api-key", digest: Digest.bytes(of: $0), scopes: [.admin]) }
        given = keys.map { Holder(key: $0, usage: KeyUsage($0)) }
        self.listed = Mutex(listed.map { $0.map { Holder(key: $0, usage: KeyUsage($0)) } })
    }

    /// Whether keys come from a file: then numbers about the server, which name them, need one too.
    var hasFile: Bool { listed.withLock { $0 != nil } }

    /// Puts the keys of a file in place of those before. Keys of a name that was there go on with what they have used.
    func replace(_ keys: [AccessKey]) {
        listed.withLock { listed in
            let before = listed ?? []
            listed = keys.map { key in
                guard let known = before.first(where: { $0.name == key.name }) else {
                    return Holder(key: key, usage: KeyUsage(key))
                }
                known.usage.apply(key.limits)
                return Holder(key: key, usage: known.usage)
            }
        }
    }

    /// The holder of the key that a request carries, with whatever scopes; nil where no key is needed.
    ///
    /// - Throws: 401 for a request without a known key, 403 where no key at all has the scope of administrators.
    func holder(of request: HTTPRequest, for scope: AccessScope) throws(APIError) -> Holder? {
        let listed = listed.withLock { $0 }
        let holders = given + (listed ?? [])
        switch scope {
        case .inference, .metrics:
            if listed == nil, !isOpened(scope, by: given) { return nil }
        case .admin:
            guard isOpened(scope, by: holders) else { throw .noAdministrator(path: request.path) }
        }
        let digest = Digest.bytes(of: try key(of: request))
        guard let holder = Self.find(digest, in: holders) else {
            throw .unauthorized("The API key is not known here.")
        }
        return holder
    }

    private func isOpened(_ scope: AccessScope, by holders: [Holder]) -> Bool {
        holders.contains { $0.key.scopes.contains(scope) }
    }

    /// Looks at every digest, to its end, so that the time tells nothing.
    private static func find(_ digest: [UInt8], in holders: [Holder]) -> Holder? {
        var place = 0
        for (index, holder) in holders.enumerated() {
            let isEqual = Int(truncatingIfNeeded: CRYPTO_memcmp(holder.key.digest, digest, digest.count)).isZeroMask
            place |= isEqual & (index + 1) & ~place.isNonzeroMask
        }
        return place > 0 ? holders[place - 1] : nil
    }

    /// The key in `Authorization`, or in the field that Anthropic's clients send.
    private func key(of request: HTTPRequest) throws(APIError) -> String {
        guard let field = request.headers["Authorization"] else {
            if let key = request.headers["X-Api-Key"] { return key }
            throw .unauthorized("No API key was sent. Send it as `Authorization: Bearer KEY` or as `X-Api-Key: KEY`.")
        }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw .unauthorized("The Authorization field must read `Bearer KEY`.")
        }
        return String(parts[1].drop { $0 == " " })
    }
}

extension Int {
    /// All ones for zero, otherwise zero, without a branch.
    fileprivate var isZeroMask: Int { ~isNonzeroMask }

    /// All ones for anything but zero, without a branch.
    fileprivate var isNonzeroMask: Int { (self | (0 &- self)) >> (Int.bitWidth - 1) }
}

extension APIError {
    fileprivate static func noAdministrator(path: String) -> APIError {
        .forbidden(
            "\(path) is for administrators: start the server with --admin-api-key, or give a key of --api-key-file the "
                + "scope admin, and send that key.")
    }
}

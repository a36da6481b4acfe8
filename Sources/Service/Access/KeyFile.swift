internal import FoundationEssentials
internal import Sockets

/// The file that `--api-key-file` names: YAML or JSON with a list of keys under `keys`.
package enum KeyFile {
    /// The settings of a key's entry.
    private enum Field: String, CaseIterable {
        case name, sha256, scopes
        case requestsPerMinute = "requests_per_minute"
        case tokensPerMinute = "tokens_per_minute"
        case maxConcurrent = "max_concurrent"
    }

    /// Throws for a file that is missing or wrong, naming the line and what to do.
    package static func keys(path: String) throws(SettingError) -> [AccessKey] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw SettingError(
                "--api-key-file", "\(path) is missing, or no text that can be read. Give a readable YAML file.")
        }
        do {
            return try keys(parsing: text)
        } catch {
            throw SettingError("--api-key-file", "\(path), \(error).")
        }
    }

    /// Throws for the first entry that is wrong.
    package static func keys(parsing text: String) throws(YAMLError) -> [AccessKey] {
        let root = try YAMLNode(parsing: text)
        guard case .mapping(let members) = root.content, members.count == 1, members[0].name == "keys",
            case .list(let entries) = members[0].value.content
        else {
            throw YAMLError(
                line: root.line,
                problem: "the file must hold one list named keys; `apus key create NAME` prints an entry")
        }
        var keys: [AccessKey] = []
        for entry in entries {
            let key = try key(entry)
            guard !keys.contains(where: { $0.name == key.name }) else {
                throw YAMLError(
                    line: entry.line, problem: "the name \(key.name) is taken by an earlier key; choose another")
            }
            guard !keys.contains(where: { $0.digest == key.digest }) else {
                throw YAMLError(
                    line: entry.line,
                    problem: "the sha256 of \(key.name) is that of an earlier key; make a key of its own")
            }
            keys.append(key)
        }
        return keys
    }

    private static func key(_ entry: YAMLNode) throws(YAMLError) -> AccessKey {
        guard case .mapping(let members) = entry.content else {
            throw YAMLError(line: entry.line, problem: "a key must be a mapping with name and sha256")
        }
        var name: String?
        var digest: [UInt8]?
        var scopes: Set<AccessScope> = [.inference]
        var limits = AccessKey.Limits()
        for member in members {
            switch Field(rawValue: member.name.replacing("-", with: "_")) {
            case .name: name = try self.name(member)
            case .sha256: digest = try self.digest(member)
            case .scopes: scopes = try self.scopes(member)
            case .requestsPerMinute: limits.requestsPerMinute = try limit(member)
            case .tokensPerMinute: limits.tokensPerMinute = try limit(member)
            case .maxConcurrent: limits.maxConcurrent = try limit(member)
            case nil:
                let known = Field.allCases.map(\.rawValue).joined(separator: ", ")
                throw YAMLError(line: member.line, problem: "a key has no setting \(member.name), only \(known)")
            }
        }
        guard let name else { throw YAMLError(line: entry.line, problem: "a key must have a name") }
        guard let digest else {
            throw YAMLError(
                line: entry.line, problem: "the key \(name) must have a sha256; `apus key create \(name)` makes one")
        }
        var key = AccessKey(name: name, digest: digest, scopes: scopes)
        key.limits = limits
        return key
    }

    private static func name(_ member: YAMLNode.Member) throws(YAMLError) -> String {
        guard case .scalar(let text) = member.value.content, AccessKey.isValid(name: text) else {
            throw YAMLError(
                line: member.line,
                problem:
                    "name must begin with a letter and have at most 64 letters, digits, dots, dashes and underscores")
        }
        return text
    }

    /// What is wrong is not repeated: it could be the key itself.
    private static func digest(_ member: YAMLNode.Member) throws(YAMLError) -> [UInt8] {
        guard case .scalar(let text) = member.value.content, let digest = Digest.bytes(hexadecimal: text) else {
            throw YAMLError(
                line: member.line,
                problem:
                    "sha256 must be the 64 hexadecimal digits of the key's SHA-256: `printf %s \"$KEY\" | sha256sum`")
        }
        return digest
    }

    private static func scopes(_ member: YAMLNode.Member) throws(YAMLError) -> Set<AccessScope> {
        let elements =
            switch member.value.content {
            case .list(let elements): elements
            case .null, .scalar, .mapping: [member.value]
            }
        var scopes: Set<AccessScope> = []
        for element in elements {
            guard case .scalar(let text) = element.content, let scope = AccessScope(rawValue: text) else {
                let known = AccessScope.allCases.map(\.rawValue).joined(separator: ", ")
                throw YAMLError(line: element.line, problem: "scopes must be a list of \(known)")
            }
            scopes.insert(scope)
        }
        guard !scopes.isEmpty else {
            throw YAMLError(line: member.line, problem: "scopes is empty; take the key out of the file to close it")
        }
        return scopes
    }

    private static func limit(_ member: YAMLNode.Member) throws(YAMLError) -> Int? {
        switch member.value.content {
        case .null: return nil
        case .scalar(let text):
            if let value = Int(text), (1...1_000_000_000).contains(value) { return value }
        case .list, .mapping: break
        }
        throw YAMLError(
            line: member.line,
            problem: "\(member.name) must be a number from 1 to 1000000000; without it there is no limit")
    }
}

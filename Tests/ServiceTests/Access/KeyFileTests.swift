import Sockets
import Testing

@testable import Service

struct KeyFileTests {
    private let digest = Digest.hexadecimal(of: "secret")

    private func problem(_ text: String) -> YAMLError? {
        #expect(throws: YAMLError.self) { try KeyFile.keys(parsing: text) }
    }

    @Test func `keys have their names, digests, scopes and limits`() throws {
        let keys = try KeyFile.keys(
            parsing: """
                # Customers
                keys:
                  - name: alice
                    sha256: \(digest)
                    scopes: [inference, metrics]
                    requests_per_minute: 60
                    tokens-per-minute: 100000
                    max_concurrent: 4
                  - {name: bob, sha256: "\(Digest.hexadecimal(of: "other").uppercased())"}
                """)
        var alice = AccessKey(name: "alice", digest: Digest.bytes(of: "secret"), scopes: [.inference, .metrics])
        alice.limits.requestsPerMinute = 60
        alice.limits.tokensPerMinute = 100_000
        alice.limits.maxConcurrent = 4
        #expect(keys == [alice, AccessKey(name: "bob", digest: Digest.bytes(of: "other"), scopes: [.inference])])
    }

    @Test func `JSON is read too`() throws {
        let keys = try KeyFile.keys(parsing: #"{"keys": [{"name": "a", "sha256": "\#(digest)", "scopes": ["admin"]}]}"#)
        #expect(keys.map(\.name) == ["a"] && keys[0].scopes == [.admin])
    }

    @Test func `an empty list closes the server to all`() throws {
        #expect(try KeyFile.keys(parsing: "keys: []\n").isEmpty)
    }

    @Test func `a new key's entry is read as that key`() throws {
        var limits = AccessKey.Limits()
        limits.tokensPerMinute = 7
        let (one, two) = (
            NewKey(name: "a", scopes: [.metrics, .inference], limits: limits),
            NewKey(name: "b", scopes: [.admin], limits: AccessKey.Limits())
        )
        #expect(try KeyFile.keys(parsing: "keys:\n" + one.key.entry + two.key.entry) == [one.key, two.key])
        #expect(one.secret != two.secret && one.secret.hasPrefix("sk-apus-") && one.secret.utf8.count == 51)
        #expect(one.key.digest == Digest.bytes(of: one.secret))
    }

    @Test(arguments: [
        ("", 1, "keys"), ("[]", 1, "keys"), ("keys: 3", 1, "keys"), ("keys: []\nother: 1", 1, "keys"),
        ("keys:\n  - 3", 2, "mapping"), ("keys:\n  - sha256: x", 2, "sha256"), ("keys: [", 2, "YAML"),
        ("keys:\n  - name: a", 2, "key create a"), ("keys:\n  - name: a\n    name: b", 3, "twice"),
        ("keys:\n  - name: 1a", 2, "letter"), ("keys:\n  - name: \"a b\"", 2, "letter"),
        ("keys:\n  - name: a\n    sha256: abc", 3, "64 hexadecimal"),
        ("keys:\n  - name: a\n    scopes: [inference, root]", 3, "inference, metrics, admin"),
        ("keys:\n  - name: a\n    scopes: []", 3, "empty"),
        ("keys:\n  - name: a\n    max_concurrent: 0", 3, "max_concurrent"),
        ("keys:\n  - name: a\n    tokens_per_minute: 1.5", 3, "tokens_per_minute"),
        ("keys:\n  - name: a\n    rpm: 1", 3, "requests_per_minute"),
        ("keys: &a\n  - *a", 2, "alias"), ("keys: []\n---\nkeys: []", 2, "second"),
        ("keys:\n  - [a]: 1", 2, "name"),
    ])
    func `what is wrong is named with its line`(text: String, line: Int, words: String) {
        let error = problem(text)
        #expect(error?.line == line)
        #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "")")
    }

    @Test func `names and keys are given once`() {
        let entry = "  - name: a\n    sha256: \(digest)\n"
        #expect(problem("keys:\n" + entry + entry)?.line == 4)
        let other = "  - name: b\n    sha256: \(digest)\n"
        #expect(problem("keys:\n" + entry + other)?.problem.contains("sha256") == true)
    }

    @Test func `a wrong digest is not repeated, since it could be the key`() {
        let error = problem("keys:\n  - name: a\n    sha256: sk-apus-plain")
        #expect(error?.problem.contains("plain") == false)
    }

    @Test func `a missing file is named`() {
        let error = #expect(throws: SettingError.self) { try KeyFile.keys(path: "/no/such/keys.yaml") }
        #expect(error?.description.contains("/no/such/keys.yaml") == true)
    }

    @Test func `any text is read or refused`() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "keys", ":", " ", "\n", "- ", "[", "]", "{", "}", "a", "name", "\"", "&x", "*x", "|", "#", ",", "\u{0}",
        ]
        for _ in 0..<2_000 {
            let text = (0..<12).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            _ = try? KeyFile.keys(parsing: text)
        }
        _ = try? YAMLNode(parsing: String(repeating: "[", count: 100_000))
    }
}

/// A key as the server knows it: by name and digest, with what it opens and how much it may use.
package struct AccessKey: Sendable, Equatable {
    package struct Limits: Sendable, Equatable {
        /// nil, here and below: no limit.
        package var requestsPerMinute: Int?
        /// Prompt and completion together.
        package var tokensPerMinute: Int?
        /// Requests at once.
        package var maxConcurrent: Int?

        package init() {}
    }

    /// Names the key in logs and metrics.
    package var name: String
    /// SHA-256 of the key's UTF-8.
    package var digest: [UInt8]
    package var scopes: Set<AccessScope>
    package var limits = Limits()

    package init(name: String, digest: [UInt8], scopes: Set<AccessScope>) {
        self.name = name
        self.digest = digest
        self.scopes = scopes
    }

    /// Whether a name is fit for logs, metrics and YAML without quotation marks.
    package static func isValid(name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.first?.isLetter == true
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

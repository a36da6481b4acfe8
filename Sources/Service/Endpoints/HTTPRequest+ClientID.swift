internal import HTTP

extension HTTPRequest {
    /// The client's own name for the request, if it sends one that ids, header fields and logs can carry.
    var clientID: String? {
        guard let name = headers["X-Request-Id"], (1...128).contains(name.utf8.count) else { return nil }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain ? name : nil
    }
}

internal import JSON

/// What every object of one response begins with.
struct ResponseIdentity: Sendable {
    var id: String
    /// Seconds since 1970.
    var created: Int
    /// As the request named it.
    var model: String
    var systemFingerprint: String

    func write(object: String, to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("object", object)
        writer.field("created", created)
        writer.field("model", model)
        writer.field("system_fingerprint", systemFingerprint)
    }
}

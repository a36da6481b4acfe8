internal import JSON

/// /version
package enum VersionResponse {
    package static func body(version: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("version", version)
        writer.endObject()
        return writer.bytes
    }
}

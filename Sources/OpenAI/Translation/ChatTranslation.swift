internal import JSON

/// A request of another API in the shape of chat completions, with where each of its fields comes from.
///
/// What is the same in both APIs is decoded, checked and acted on by chat completions alone; its errors are told in the
/// other API's names.
struct ChatTranslation: Sendable {
    private(set) var object = JSONObject()
    /// The paths in the other request, by those in the chat request.
    private var sources: [String: String] = [:]
    /// The longest of these, in bytes.
    private var longest = 0

    /// Sets a field of the chat request; nil sets nothing.
    ///
    /// - Parameter source: the path of the value in the request that is translated.
    mutating func set(_ field: String, _ value: JSONValue?, from source: String) {
        guard let value else { return }
        object[field] = value
        rename(field, source)
    }

    /// Makes errors about a path of the chat request, or anything in it, speak of another.
    mutating func rename(_ field: String, _ source: String) {
        sources[field] = field == source ? nil : source
        longest = max(longest, field.utf8.count)
    }

    /// Takes over the fields that both APIs have, or that only chat completions know.
    ///
    /// - Parameter names: fields that the other API has for itself, or that have no meaning in it.
    mutating func copy(_ fields: JSONObject, except names: Set<String>) {
        for (key, value) in fields where !names.contains(key) { object[key] = value }
    }

    /// What `body` makes of the chat request, with errors in the other request's names.
    func decode<Value>(_ body: (FieldReader) throws(APIError) -> Value) throws(APIError) -> Value {
        do {
            return try body(FieldReader(.object(object)))
        } catch {
            throw restored(error)
        }
    }

    /// An error of the chat request as an error of the request that was translated.
    func restored(_ error: APIError) -> APIError {
        var error = error
        error.param = error.param.map { restored($0[...]) }
        let pieces = error.message.split(separator: "'", omittingEmptySubsequences: false)
        error.message = pieces.enumerated().map { $0 == 0 ? String($1) : restored($1) }.joined(separator: "'")
        return error
    }

    /// A path of the chat request, or a text that begins with one, as the other request has it.
    private func restored(_ path: Substring) -> String {
        let units = path.utf8
        var end = units.index(units.startIndex, offsetBy: longest, limitedBy: units.endIndex) ?? units.endIndex
        while end > units.startIndex {
            let isWhole = end == units.endIndex || units[end] == UInt8(ascii: ".") || units[end] == UInt8(ascii: "[")
            if isWhole, let source = sources[String(path[..<end])] { return source + path[end...] }
            units.formIndex(before: &end)
        }
        return String(path)
    }
}

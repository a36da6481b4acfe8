internal import JSON

/// A request of another API in the shape of chat completions, with where each of its fields comes from.
///
/// What is the same in both APIs is decoded, checked and acted on by chat completions alone; its errors are told in the
/// other API's names.
struct ChatTranslation: Sendable {
    private(set) var object = JSONObject()
    /// Paths in the chat request and in the other, the longest first.
    private var sources: [(field: String, source: String)] = []

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
        guard field != source else { return }
        let place = sources.firstIndex { $0.field.utf8.count <= field.utf8.count } ?? sources.endIndex
        sources.insert((field, source), at: place)
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
        if let param = error.param, let (field, source) = sources.first(where: { param.isPath(in: $0.field) }) {
            error.param = source + param.dropFirst(field.count)
        }
        for (field, source) in sources {
            for end in ["'", ".", "["] {
                error.message = error.message.replacing("'" + field + end, with: "'" + source + end)
            }
        }
        return error
    }
}

extension String {
    /// Whether the path is another one or leads to something in it.
    fileprivate func isPath(in other: String) -> Bool {
        guard hasPrefix(other) else { return false }
        let rest = dropFirst(other.count)
        return rest.isEmpty || rest.first == "." || rest.first == "["
    }
}

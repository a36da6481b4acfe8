internal import JSON

/// Reads the fields of a request object strictly: a known field of a wrong type or out of range is a 400 that names
/// it, null counts as absent, and fields that nobody asks for are ignored.
struct FieldReader {
    let object: JSONObject
    /// Where the object stands in the request, such as `messages[2]`; empty for the request itself.
    let path: String

    /// - Throws: 400 unless `value` is an object.
    init(_ value: JSONValue, path: String = "") throws(APIError) {
        guard case .object(let object) = value else {
            let name = path.isEmpty ? "The request body" : "'\(path)'"
            throw .invalidRequest(
                "\(name) must be an object, not \(value.kind).", param: path.isEmpty ? nil : path)
        }
        self.object = object
        self.path = path
    }

    /// Parses a request body.
    init(body: [UInt8]) throws(APIError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body)
        } catch {
            throw .invalidRequest("The request body is not valid JSON: \(error).")
        }
        try self.init(value)
    }

    /// The path of a field from the request's root.
    func path(of field: String) -> String {
        path.isEmpty ? field : "\(path).\(field)"
    }

    /// A 400 that names the field.
    func invalid(_ field: String, _ message: String) -> APIError {
        .invalidRequest("'\(path(of: field))' \(message)", param: path(of: field))
    }

    /// The field's value; nil when absent or null.
    subscript(field: String) -> JSONValue? {
        guard let value = object[field], !value.isNull else { return nil }
        return value
    }

    func string(_ field: String) throws(APIError) -> String? {
        guard let value = self[field] else { return nil }
        guard let string = value.stringValue else { throw mismatch(field, "a string", value) }
        return string
    }

    func requiredString(_ field: String) throws(APIError) -> String {
        guard let string = try string(field) else { throw missing(field, "a string") }
        return string
    }

    /// A string that is one of a few.
    func word(_ field: String, _ words: [String]) throws(APIError) -> String? {
        guard let word = try string(field) else { return nil }
        guard words.contains(word) else {
            let list = words.map { "'\($0)'" }.joined(separator: ", ")
            throw invalid(field, "must be \(words.count > 1 ? "one of " : "")\(list), not '\(word)'.")
        }
        return word
    }

    func bool(_ field: String) throws(APIError) -> Bool? {
        guard let value = self[field] else { return nil }
        guard let bool = value.boolValue else { throw mismatch(field, "a boolean", value) }
        return bool
    }

    /// An integer; `3.0` counts as one, as JSON Schema says.
    func integer(_ field: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let value = self[field] else { return nil }
        guard let integer = value.wholeNumber else {
            if case .number(let number) = value, number == number.rounded() {
                throw invalid(field, "must be \(range.inWords(isBelow: number < 0)), not \(number).")
            }
            throw mismatch(field, "an integer", value)
        }
        guard range.contains(integer) else {
            throw invalid(field, "must be \(range.inWords(isBelow: integer < range.lowerBound)), not \(integer).")
        }
        return integer
    }

    func number(_ field: String, in range: ClosedRange<Double>) throws(APIError) -> Double? {
        guard let value = self[field] else { return nil }
        guard let number = value.doubleValue else { throw mismatch(field, "a number", value) }
        guard range.contains(number) else {
            var words = "greater than or equal to \(range.lowerBound)"
            if range.upperBound < .greatestFiniteMagnitude { words += " and at most \(range.upperBound)" }
            throw invalid(field, "must be \(words), not \(number).")
        }
        return number
    }

    func array(_ field: String) throws(APIError) -> [JSONValue]? {
        guard let value = self[field] else { return nil }
        guard let array = value.arrayValue else { throw mismatch(field, "a list", value) }
        return array
    }

    func object(_ field: String) throws(APIError) -> JSONObject? {
        guard let value = self[field] else { return nil }
        guard let object = value.objectValue else { throw mismatch(field, "an object", value) }
        return object
    }

    /// The fields of an object within this one.
    func reader(_ field: String) throws(APIError) -> FieldReader? {
        guard let value = self[field] else { return nil }
        return try FieldReader(value, path: path(of: field))
    }

    /// The fields of each object of a list.
    func readers(_ field: String) throws(APIError) -> [FieldReader]? {
        guard let elements = try array(field) else { return nil }
        var readers: [FieldReader] = []
        for (index, element) in elements.enumerated() {
            readers.append(try FieldReader(element, path: "\(path(of: field))[\(index)]"))
        }
        return readers
    }

    /// A list of token ids, each below `vocabularySize`.
    func tokens(_ field: String, vocabularySize: Int) throws(APIError) -> [Int32]? {
        guard let elements = try array(field) else { return nil }
        return try tokens(elements, field, vocabularySize: vocabularySize)
    }

    /// The elements of the list `field` as token ids.
    func tokens(_ elements: [JSONValue], _ field: String, vocabularySize: Int) throws(APIError) -> [Int32] {
        var tokens: [Int32] = []
        tokens.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let place = "\(field)[\(index)]"
            guard let id = element.wholeNumber else { throw mismatch(place, "a token id", element) }
            guard id >= 0, id < vocabularySize else {
                throw invalid(place, "must be a token id below \(vocabularySize), not \(id).")
            }
            tokens.append(Int32(id))
        }
        return tokens
    }

    func mismatch(_ field: String, _ expected: String, _ value: JSONValue) -> APIError {
        invalid(field, "must be \(expected), not \(value.kind).")
    }

    func missing(_ field: String, _ expected: String) -> APIError {
        invalid(field, "is required: \(expected).")
    }
}

extension JSONValue {
    /// The integer, also when it is written as `3.0`.
    fileprivate var wholeNumber: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }
}

extension ClosedRange<Int> {
    /// What a value outside has to be. An upper bound that only the type sets is no news to one that is too small.
    fileprivate func inWords(isBelow: Bool) -> String {
        switch (lowerBound, upperBound) {
        case (.min, .max): "a 64-bit integer"
        case (_, Int(Int32.max)): isBelow ? "at least \(lowerBound)" : "at most \(upperBound)"
        default: "from \(lowerBound) to \(upperBound)"
        }
    }
}

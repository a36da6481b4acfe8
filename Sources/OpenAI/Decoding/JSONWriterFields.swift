internal import JSON

extension JSONWriter {
    mutating func value(optional value: String?) {
        if let value { self.value(value) } else { null() }
    }

    mutating func value(optional value: Int?) {
        if let value { self.value(value) } else { null() }
    }

    /// Shortest digits that read back as the same 32-bit number.
    mutating func value(_ value: Float) {
        raw(value.description.utf8)
    }

    mutating func value(_ tokens: [Int32]) {
        beginArray()
        for token in tokens { value(Int(token)) }
        endArray()
    }

    mutating func field(_ name: String, _ value: String) {
        key(name)
        self.value(value)
    }

    mutating func field(_ name: String, _ value: Int) {
        key(name)
        self.value(value)
    }
}

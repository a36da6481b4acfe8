import JSON

extension Value {
    /// An ordered dictionary with Python's keys: `1`, `1.0` and `True` are one key.
    struct Dictionary {
        private static let largestWithoutIndex = 8

        private(set) var keys: [Value] = []
        private(set) var values: [Value] = []
        private(set) var depth = 1
        private var hashes: [HashKey] = []
        private var index: Swift.Dictionary<HashKey, Int> = [:]

        init() {}

        init(_ object: JSONObject) {
            for (key, value) in object { set(.string(key), HashKey(key), Value(value)) }
        }

        var count: Int { keys.count }

        subscript(key: HashKey) -> Value? {
            position(of: key).map { values[$0] }
        }

        subscript(name: String) -> Value? { self[HashKey(name)] }

        mutating func set(_ name: String, _ value: Value) {
            set(.string(name), HashKey(name), value)
        }

        /// Adds or replaces; the first of equal keys stays.
        mutating func set(_ key: Value, _ hash: HashKey, _ value: Value) {
            depth = Swift.max(depth, 1 + value.depth, 1 + key.depth)
            if let position = position(of: hash) {
                values[position] = value
                return
            }
            keys.append(key)
            values.append(value)
            hashes.append(hash)
            if keys.count > Self.largestWithoutIndex {
                if index.isEmpty {
                    for (position, hash) in hashes.enumerated() { index[hash] = position }
                } else {
                    index[hash] = keys.count - 1
                }
            }
        }

        private func position(of key: HashKey) -> Int? {
            index.isEmpty ? hashes.firstIndex(of: key) : index[key]
        }
    }
}

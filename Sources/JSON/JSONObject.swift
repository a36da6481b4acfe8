/// The members of a JSON object in their order, found in constant time however many there are.
///
/// Few members are searched one after the other; an index exists beyond that. Keys compare by code units.
package struct JSONObject: Sendable {
    package typealias Element = (key: String, value: JSONValue)

    fileprivate struct Member: Sendable {
        let key: String
        var value: JSONValue
    }

    private static let largestWithoutIndex = 8

    private var members: [Member] = []
    private var index: JSONObjectIndex?

    package init() {}

    /// An object of these members; of members with one key the last value stays, in the first one's place.
    package init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { set(key, to: value) }
    }

    package var count: Int { members.count }

    package var isEmpty: Bool { members.isEmpty }

    /// The keys in order.
    package var keys: [String] { members.map(\.key) }

    /// The values in order.
    package var values: [JSONValue] { members.map(\.value) }

    /// The value of a member. Assigning adds the member at the end or replaces its value; assigning nil removes it.
    package subscript(key: String) -> JSONValue? {
        get {
            position(of: key).map { members[$0].value }
        }
        set {
            if let newValue {
                set(key, to: newValue)
            } else {
                removeValue(forKey: key)
            }
        }
    }

    package func contains(_ key: String) -> Bool {
        position(of: key) != nil
    }

    /// Removes a member and gives its value; takes time in proportion to the number of members.
    @discardableResult
    package mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let position = position(of: key) else { return nil }
        let removed = members.remove(at: position)
        index = nil
        if members.count > Self.largestWithoutIndex { buildIndex() }
        return removed.value
    }

    package mutating func reserveCapacity(_ count: Int) {
        members.reserveCapacity(count)
    }

    private func position(of key: String) -> Int? {
        if let index {
            return index.find(key.codeUnitHash) { members[$0].key.hasSameCodeUnits(as: key) }
        }
        return members.firstIndex { $0.key.hasSameCodeUnits(as: key) }
    }

    mutating func set(_ key: String, to value: JSONValue) {
        if index == nil {
            if let position = members.firstIndex(where: { $0.key.hasSameCodeUnits(as: key) }) {
                members[position].value = value
                return
            }
            members.append(Member(key: key, value: value))
            if members.count > Self.largestWithoutIndex { buildIndex() }
            return
        }
        let hash = key.codeUnitHash
        if let position = index?.find(hash, where: { members[$0].key.hasSameCodeUnits(as: key) }) {
            members[position].value = value
            return
        }
        members.append(Member(key: key, value: value))
        if index?.insert(members.count - 1, hash: hash) == false { buildIndex() }
    }

    private mutating func buildIndex() {
        var built = JSONObjectIndex(capacity: 2 * members.count)
        for position in members.indices { _ = built.insert(position, hash: members[position].key.codeUnitHash) }
        index = built
    }
}

extension JSONObject: Sequence {
    package struct Iterator: IteratorProtocol {
        private var members: IndexingIterator<[Member]>

        fileprivate init(_ members: [Member]) {
            self.members = members.makeIterator()
        }

        package mutating func next() -> (key: String, value: JSONValue)? {
            members.next().map { ($0.key, $0.value) }
        }
    }

    package var underestimatedCount: Int { members.count }

    package func makeIterator() -> Iterator {
        Iterator(members)
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members {
            var own = Hasher()
            member.key.hashCodeUnits(into: &own)
            own.combine(member.value)
            sum &+= own.finalize()
        }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members)
    }
}

extension String {
    fileprivate var codeUnitHash: Int {
        var hasher = Hasher()
        hashCodeUnits(into: &hasher)
        return hasher.finalize()
    }
}

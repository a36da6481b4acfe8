internal import Synchronization

/// Keeps the latest responses in memory, for `previous_response_id` and for clients that ask again.
///
/// The one that nobody used for longest goes first when there are too many or they take too much.
package final class ResponseStore: Sendable {
    fileprivate struct Entry {
        var response: StoredResponse
        var size: Int
        var lastUse: UInt64
    }

    fileprivate struct State {
        var entries: [String: Entry] = [:]
        var size = 0
        var uses: UInt64 = 0
    }

    private let capacity: Int
    private let memory: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: most responses.
    ///   - memory: most bytes of all together.
    package init(capacity: Int, memory: Int) {
        self.capacity = capacity
        self.memory = memory
    }

    /// Whether anything is ever kept.
    var isEnabled: Bool { capacity > 0 && memory > 0 }

    package subscript(id: String) -> StoredResponse? {
        state.withLock { state in
            guard state.entries[id] != nil else { return nil }
            state.uses += 1
            state.entries[id]?.lastUse = state.uses
            return state.entries[id]?.response
        }
    }

    /// Keeps a response, unless it is larger than all that may be kept.
    package func insert(_ response: StoredResponse) {
        let size = response.size
        guard isEnabled, size <= memory else { return }
        state.withLock { state in
            state.remove(response.id)
            state.uses += 1
            state.entries[response.id] = Entry(response: response, size: size, lastUse: state.uses)
            state.size += size
            while state.entries.count > capacity || state.size > memory {
                guard let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key else { break }
                state.remove(oldest)
            }
        }
    }

    /// - Returns: whether it was there.
    @discardableResult
    package func remove(_ id: String) -> Bool {
        state.withLock { $0.remove(id) }
    }

    /// The item of a stored response's output or input that has this id.
    func item(_ id: String) -> ResponseItem? {
        guard let owner = id.owningResponse, let response = self[owner] else { return nil }
        return (response.output + response.input).last { $0.id == id }
    }
}

extension ResponseStore.State {
    @discardableResult
    fileprivate mutating func remove(_ id: String) -> Bool {
        guard let entry = entries.removeValue(forKey: id) else { return false }
        size -= entry.size
        return true
    }
}

extension String {
    /// The id of the item with a number in the response with this id: `resp_R` has items such as `msg_R_0`.
    func itemID(_ prefix: String, _ number: String) -> String {
        "\(prefix)\(dropFirst("resp_".utf8.count))_\(number)"
    }

    /// The id of the response that an item's id was made for; nil for ids from elsewhere.
    fileprivate var owningResponse: String? {
        let parts = split(separator: "_")
        return parts.count == 3 ? "resp_\(parts[1])" : nil
    }
}

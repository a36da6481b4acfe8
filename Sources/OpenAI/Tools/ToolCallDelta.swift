/// What became certain about one call of an answer.
struct ToolCallDelta: Sendable, Equatable {
    /// Among the answer's calls.
    var index: Int
    /// The id and the name come with a call's first delta alone.
    var id: String?
    var name: String?
    /// A fragment of the arguments' JSON.
    var arguments = ""

    /// `call_` and 24 letters and digits.
    static func makeID() -> String {
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return "call_" + String((0..<24).map { _ in digits[Int.random(in: digits.indices)] })
    }
}

extension [ToolCallDelta] {
    /// Adds a delta to what is known of its call.
    mutating func add(_ delta: ToolCallDelta) {
        if delta.id == nil, let place = lastIndex(where: { $0.index == delta.index }) {
            self[place].arguments += delta.arguments
        } else {
            append(delta)
        }
    }
}

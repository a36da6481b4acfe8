/// One event of an event stream.
package struct ServerSentEvent: Sendable, Hashable {
    package var type = "message"
    package var data = ""
    package var id: String?

    package init(type: String = "message", data: String = "", id: String? = nil) {
        self.type = type
        self.data = data
        self.id = id
    }
}

/// Why a conversation's file cannot be used; reads behind the file's name.
package struct ChatFileError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

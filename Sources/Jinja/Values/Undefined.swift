/// What jinja2 gives for a name, attribute or element that is not there: empty when printed, an error when used.
final class Undefined {
    let message: String
    /// The sandbox hides it, though Python has it.
    let isForbidden: Bool

    init(hint: String) {
        message = hint
        isForbidden = false
    }

    /// An attribute or element that `owner` does not have.
    init(_ key: Value, of owner: Value) {
        if case .string = key {
            message = "'\(owner.typeDescription)' has no attribute \(Representation.brief(key))"
        } else {
            message = "\(owner.typeDescription) has no element \(Representation.brief(key))"
        }
        isForbidden = false
    }

    init(forbidden attribute: String, of owner: Value) {
        message = "access to attribute '\(attribute)' of '\(owner.typeName)' object is unsafe."
        isForbidden = true
    }

    var error: TemplateError { TemplateError(message) }
}

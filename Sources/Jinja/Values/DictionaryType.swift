/// `dict`, callable and with `fromkeys`.
final class DictionaryType: TemplateObject {
    let typeName = "type"

    func attribute(_ name: String) -> Value? {
        name == "fromkeys" ? Globals.dictionaryFromKeys : nil
    }

    func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
        .dictionary(try Globals.makeDictionary(arguments, interpreter))
    }

    func represent(_ writer: inout Representation) throws(TemplateError) {
        try writer.append("<class 'dict'>")
    }
}

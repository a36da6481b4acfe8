/// The variables of one scope, by their numbers in the table of names.
final class Scope: Releasable {
    let parent: Scope?
    private var names: [Int] = []
    private var values: [Value] = []

    init(_ parent: Scope?) {
        self.parent = parent
    }

    func find(_ name: Int) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let index = current.names.firstIndex(of: name) { return current.values[index] }
            scope = current.parent
        }
        return nil
    }

    func set(_ name: Int, _ value: Value) {
        if let index = names.firstIndex(of: name) {
            values[index] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }

    func clear() {
        names = []
        values = []
    }
}

/// What `keys()`, `values()` and `items()` give: iterable and printable, without elements to index.
final class DictionaryView {
    enum Kind {
        case keys, values, items

        var typeName: String {
            switch self {
            case .keys: "dict_keys"
            case .values: "dict_values"
            case .items: "dict_items"
            }
        }
    }

    let kind: Kind
    let dictionary: Value.Dictionary

    init(_ kind: Kind, of dictionary: Value.Dictionary) {
        self.kind = kind
        self.dictionary = dictionary
    }

    var elements: [Value] {
        switch kind {
        case .keys: dictionary.keys
        case .values: dictionary.values
        case .items: zip(dictionary.keys, dictionary.values).map { .tuple([$0, $1]) }
        }
    }
}

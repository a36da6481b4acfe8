/// A tensor that a GGUF file is to hold, and what it is made of.
package struct GGUFTensor: Sendable {
    /// Names are Hugging Face's.
    package enum Source: Sendable, Hashable {
        /// The tensors' rows, one tensor after the other: one tensor, or all experts'.
        case rows(of: [String])
        /// Rows of query or key heads in Hugging Face's order, in which rotated halves lie apart; the file has them
        /// beside each other.
        case pairedRows(of: String, heads: Int)
        /// Per head the transpose of kv_b_proj's key rows.
        case keys(of: String)
        /// kv_b_proj's value rows.
        case values(of: String)
        /// What Llama 3's scaling divides rotary frequencies by.
        case rotaryDivisors
    }

    package let name: String
    /// Outermost dimension first.
    package let shape: [Int]
    package let type: ElementType
    package let source: Source

    package var byteCount: Int { type.bytes(for: shape.reduce(1, *)) ?? 0 }
}

extension GGUFTensor {
    /// The tensors of a file with these weights, in the types that the recipe chooses. MTP modules of Hugging Face
    /// folders are left out, as llama.cpp does.
    package static func list(of checkpoint: Checkpoint, _ plan: TensorPlan, _ recipe: QuantizationRecipe) -> [Self] {
        checkpoint.gguf.map { copied($0, recipe) } ?? converted(plan, recipe)
    }

    /// Tensors that a file has already.
    private static func copied(_ gguf: GGUFDescription, _ recipe: QuantizationRecipe) -> [Self] {
        gguf.tensors.map { name, shape in
            let names = GGUFTensorNames.tensors(of: name, experts: shape[0])
            return GGUFTensor(
                name: name, shape: shape, type: recipe.elementType(of: names[0], shape: shape),
                source: .rows(of: names))
        }
    }

    private static func converted(_ plan: TensorPlan, _ recipe: QuantizationRecipe) -> [Self] {
        let configuration = plan.configuration
        var tensors: [Self] = []
        func add(_ name: String, like original: String, _ shape: [Int], _ source: Source) {
            tensors.append(
                GGUFTensor(
                    name: name, shape: shape, type: recipe.elementType(of: original, shape: shape), source: source))
        }
        if case .llama3 = configuration.rope.scaling {
            let name = GGUFTensors.rotaryDivisors
            add(name, like: name, [configuration.rope.dimension / 2], .rotaryDivisors)
        }
        for item in plan.loadedItems {
            guard let (name, expert) = GGUFTensorNames.place(of: item.name) else {
                preconditionFailure("GGUF has no name for \(item.name)")
            }
            if let expert {
                guard expert == 0, let count = configuration.experts?.routedCount else { continue }
                let names = GGUFTensorNames.tensors(of: name, experts: count)
                add(name, like: item.name, [count] + item.shape, .rows(of: names))
            } else if item.parts.count == 2 {
                for (part, source) in zip(item.parts, [Source.keys(of: item.name), .values(of: item.name)]) {
                    add(GGUFTensorNames.inFile(part.name), like: part.name, part.shape, source)
                }
            } else if let heads = configuration.pairedHeads(item.name) {
                add(name, like: item.name, item.shape, .pairedRows(of: item.name, heads: heads))
            } else {
                add(name, like: item.name, item.shape, .rows(of: [item.name]))
            }
        }
        return tensors
    }
}

extension ModelConfiguration {
    /// The heads of a projection whose rows a GGUF file has in another order; nil for other tensors.
    fileprivate func pairedHeads(_ name: String) -> Int? {
        guard architecture == .llama, rope.pairing == .halves else { return nil }
        return switch name.split(separator: ".").dropLast().last {
        case "q_proj": headCount
        case "k_proj": keyValueHeadCount
        default: nil
        }
    }
}

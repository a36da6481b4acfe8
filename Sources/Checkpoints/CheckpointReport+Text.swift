extension CheckpointReport {
    /// An aligned table of two columns, one line per fact.
    package func text() -> String {
        let rows = facts()
        let width = rows.reduce(0) { max($0, $1.label.count) }
        return rows.map { row in
            row.label + String(repeating: " ", count: width - row.label.count + 2) + row.value + "\n"
        }.joined()
    }

    private typealias Fact = (label: String, value: String)

    private func facts() -> [Fact] {
        var facts: [Fact] = [
            ("Model", "\(name) (\(location))"),
            (
                "Architecture",
                "\(configuration.architecture.rawValue), \(plural(configuration.layerCount, "layer")), "
                    + "hidden size \(grouped(configuration.hiddenSize)), "
                    + "vocabulary \(grouped(configuration.vocabularySize))"
            ),
            ("Attention", attention),
        ]
        if let experts { facts.append(("Experts", experts)) }
        if let quantization = configuration.quantization {
            facts.append(("Quantization", "fp8 e4m3, one scale per \(quantization.rows)x\(quantization.columns) block"))
        }
        facts.append(("Parameters", parameters))
        facts.append(("Context", "\(plural(configuration.contextLength, "token"))"))
        let place = quantization.map { "as \($0.rawValue), from" } ?? "in"
        facts.append(("Weights", "\(bytes(weightBytes)) \(place) \(plural(fileCount, "file"))"))
        for share in types {
            facts.append(
                (
                    "  \(share.type.rawValue)",
                    "\(bytes(share.byteCount)): \(HumanReadable.count(share.elementCount)) values in "
                        + plural(share.tensorCount, "tensor")
                ))
        }
        let context = configuration.contextLength * cacheBytesPerToken
        facts.append(
            ("KV cache", "\(bytes(cacheBytesPerToken)) per token in bf16, \(bytes(context)) for one full context"))
        return facts + memoryFacts()
    }

    private var attention: String {
        if let latent = configuration.latentAttention {
            return
                "latent, \(plural(configuration.headCount, "head")), \(latent.keyValueRank) + \(latent.ropeDimension) "
                + "cached values per token and layer"
        }
        return "\(plural(configuration.headCount, "head")) of \(configuration.headDimension), "
            + "\(configuration.keyValueHeadCount) for keys and values"
    }

    private var experts: String? {
        configuration.experts.map { experts in
            "\(experts.routedCount) routed, \(experts.activeCount) per token "
                + "from \(experts.activeGroupCount) of \(plural(experts.groupCount, "group")), "
                + "\(experts.sharedCount) shared; \(plural(experts.firstLayer, "dense layer")) first"
        }
    }

    private var parameters: String {
        var text = HumanReadable.count(parameterCount)
        if configuration.experts != nil { text += ", \(HumanReadable.count(activeParameterCount)) read per token" }
        if nextTokenParameterCount > 0 { text += ", and \(HumanReadable.count(nextTokenParameterCount)) for MTP" }
        return text
    }

    private func memoryFacts() -> [Fact] {
        guard let memory, let tokens = cacheTokensThatFit else { return [] }
        let limit = memory.groupLimit.map { ", limited to \(bytes($0)) by the control group" } ?? ""
        var facts: [Fact] = [("Memory", "\(bytes(memory.available)) available of \(bytes(memory.total))\(limit)")]
        if weightBytes > memory.available {
            facts.append(
                ("Fits", "no: the weights exceed available memory by \(bytes(weightBytes - memory.available))"))
        } else {
            facts.append(
                (
                    "Fits",
                    "yes: beside the weights \(plural(tokens, "token")) of KV cache, "
                        + plural(tokens / configuration.contextLength, "full context")
                ))
        }
        return facts
    }

    private func bytes(_ count: Int) -> String { HumanReadable.bytes(count) }

    private func grouped(_ number: Int) -> String { HumanReadable.grouped(number) }

    private func plural(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }
}

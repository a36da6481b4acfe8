/// A choice's output as blocks in the order in which they begin: chains of thought, texts and calls of tools.
///
/// One block is open at a time, the last; another kind of output closes it.
struct OutputBlocks: Sendable {
    enum Kind: Sendable, Equatable {
        case reasoning
        case text
        case call(id: String, name: String)
    }

    struct Block: Sendable {
        var kind: Kind
        /// Of a call: its arguments.
        var text = ""
        /// Of a text, if they are wanted.
        var logprobs: [OutputDelta.TokenLogprob] = []
    }

    /// What happens to a block, which its number names.
    enum Change: Sendable {
        case opened(Int)
        case grew(Int, text: String, logprobs: [OutputDelta.TokenLogprob])
        case closed(Int)
    }

    private(set) var blocks: [Block] = []
    private(set) var ending: OutputDelta.Ending?
    private var isOpen = false
    /// Index of the open call among the choice's calls.
    private var call: Int?

    /// Takes a delta. An ending closes the last block.
    mutating func append(_ delta: OutputDelta) -> [Change] {
        var changes: [Change] = []
        if !delta.reasoning.isEmpty {
            open(.reasoning, &changes)
            grow(delta.reasoning, [], &changes)
        }
        if !delta.content.isEmpty || !delta.contentLogprobs.isEmpty {
            open(.text, &changes)
            grow(delta.content, delta.contentLogprobs, &changes)
        }
        for part in delta.toolCalls {
            if part.index != call {
                close(&changes)
                open(.call(id: part.id ?? "", name: part.name ?? ""), &changes)
                call = part.index
            }
            if !part.arguments.isEmpty { grow(part.arguments, [], &changes) }
        }
        if let ending = delta.ending {
            self.ending = ending
            close(&changes)
        }
        return changes
    }

    private mutating func open(_ kind: Kind, _ changes: inout [Change]) {
        if isOpen, blocks.last?.kind == kind { return }
        close(&changes)
        isOpen = true
        call = nil
        changes.append(.opened(blocks.count))
        blocks.append(Block(kind: kind))
    }

    private mutating func grow(_ text: String, _ logprobs: [OutputDelta.TokenLogprob], _ changes: inout [Change]) {
        blocks[blocks.count - 1].text += text
        blocks[blocks.count - 1].logprobs += logprobs
        changes.append(.grew(blocks.count - 1, text: text, logprobs: logprobs))
    }

    private mutating func close(_ changes: inout [Change]) {
        guard isOpen else { return }
        isOpen = false
        changes.append(.closed(blocks.count - 1))
    }
}

import Synchronization

/// Compiles constraints for one vocabulary, and keeps the latest ones.
///
/// Compiling takes up to some tenths of a second, and no longer for the most hostile source: do it on the request's
/// task, never on the engine's thread. Any number of tasks may do so at once.
package final class GrammarCompiler: Sendable {
    /// The longest source, in bytes.
    package static let sourceLimit = 1 << 20

    private struct Entry: Sendable {
        let grammar: CompiledGrammar
        var lastUse: UInt64
    }

    private struct Cache: Sendable {
        /// By the source's bytes: strings that only look the same are different.
        var entries: [[UInt8]: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let vocabulary: TokenVocabulary
    private let capacity: Int
    private let cache = Mutex(Cache())

    package init(_ vocabulary: TokenVocabulary, capacity: Int = 32) {
        self.vocabulary = vocabulary
        self.capacity = capacity
    }

    package func compile(_ source: GrammarSource) throws(GrammarError) -> CompiledGrammar {
        let key = Array(source.key.utf8)
        guard key.count <= Self.sourceLimit else {
            throw .tooComplex("the constraint has \(key.count) bytes; up to \(Self.sourceLimit) are accepted")
        }
        let known = cache.withLock { cache -> CompiledGrammar? in
            cache.clock += 1
            cache.entries[key]?.lastUse = cache.clock
            return cache.entries[key]?.grammar
        }
        if let known { return known }
        let grammar = try CompiledGrammar(source.rules(vocabulary), vocabulary)
        cache.withLock { cache in
            if cache.entries.count >= capacity,
                let oldest = cache.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                cache.entries[oldest.key] = nil
            }
            cache.entries[key] = Entry(grammar: grammar, lastUse: cache.clock)
        }
        return grammar
    }
}

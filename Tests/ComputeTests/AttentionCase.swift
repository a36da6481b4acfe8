import CKernels
import Testing

/// A paged cache of random keys and values and a group of queries.
struct AttentionCase {
    let format: ck_format
    let keySize: Int
    let valueSize: Int
    let heads: Int
    let positions: Int
    let tokens: Int
    let blockTokens: Int
    /// Whether values are the first elements of their keys.
    let isLatent: Bool
    var limits: [Int32]
    /// Positions whose sequence has the other table: the same blocks up to `otherBlock`, then others.
    var others: Set<Int> = []
    let otherTable: KernelMemory<Int32>
    let scale: Float
    let queries: Floats
    let keys: KernelMemory<UInt8>
    let values: KernelMemory<UInt8>
    let table: KernelMemory<Int32>
    let scratch = makeKernelScratch()

    private static var scalar: ck_kernels { ck_kernels_for(.scalar)!.pointee }

    struct Partial {
        let max: Floats
        let sum: Floats
        let accumulator: Floats
    }

    init(
        _ format: ck_format, keySize: Int, valueSize: Int, heads: Int, positions: Int, tokens: Int,
        blockTokens: Int = 16, isLatent: Bool = false, sharedBlocks: Int = 0, keyBias: Float = 0, seed: UInt64 = 3
    ) {
        var random = Random(seed)
        self.format = format
        self.keySize = keySize
        self.valueSize = valueSize
        self.heads = heads
        self.positions = positions
        self.tokens = tokens
        self.blockTokens = blockTokens
        self.isLatent = isLatent
        scale = 1 / Float(keySize).squareRoot()
        limits = (0..<positions).map { Int32(tokens - positions + 1 + $0) }
        queries = Floats(randomFloats(positions * (heads * keySize + 5), &random, in: -2...2))
        let blocks = (tokens + blockTokens - 1) / blockTokens
        let slots = (2 * blocks - sharedBlocks) * blockTokens
        keys = KernelMemory(slots * Self.rowBytes(format, keySize), zero: 0xff)
        values = isLatent ? keys : KernelMemory(slots * Self.rowBytes(format, valueSize), zero: 0xff)
        table = KernelMemory((0..<blocks).map { Int32(blocks - 1 - $0) }, zero: 0)
        otherTable = KernelMemory(
            (0..<blocks).map { Int32($0 < sharedBlocks ? blocks - 1 - $0 : blocks + $0 - sharedBlocks) }, zero: 0)
        for token in 0..<tokens {
            var key = randomFloats(keySize, &random)
            for index in stride(from: 5, to: keySize, by: 32) { key[index] += keyBias }
            store(key, in: keys, at: token, table)
            if !isLatent { store(randomFloats(valueSize, &random), in: values, at: token, table) }
        }
        for token in sharedBlocks * blockTokens..<tokens {
            store(randomFloats(keySize, &random), in: keys, at: token, otherTable)
            if !isLatent { store(randomFloats(valueSize, &random), in: values, at: token, otherTable) }
        }
    }

    private func store(
        _ row: [Float], in memory: KernelMemory<UInt8>, at token: Int, _ table: KernelMemory<Int32>
    ) {
        Self.scalar.store(format, row, place(memory, row.count, token, table), row.count)
    }

    /// Bytes from one row to the next, some more than a row has.
    private static func rowBytes(_ format: ck_format, _ size: Int) -> Int {
        let block = ck_block_of(format)
        return (size + block.values - 1) / block.values * block.bytes + (format == .f32 ? 4 : 2)
    }

    private func place(
        _ memory: KernelMemory<UInt8>, _ size: Int, _ token: Int, _ table: KernelMemory<Int32>
    ) -> UnsafeMutablePointer<UInt8> {
        let slot = Int(table.base[token / blockTokens]) * blockTokens + token % blockTokens
        return memory.base + slot * Self.rowBytes(format, size)
    }

    private func decoded(_ memory: KernelMemory<UInt8>, _ size: Int, _ token: Int) -> [Double] {
        var values = [Float](repeating: 0, count: size)
        Self.scalar.load(format, place(memory, size, token, table), nil, &values, size)
        return values.map(Double.init)
    }

    /// Changes one value, in formats without blocks.
    func setKey(_ token: Int, _ index: Int, _ value: Float) {
        Self.scalar.store(format, [value], place(keys, keySize, token, table) + index * format.width, 1)
    }

    func setValue(_ token: Int, _ index: Int, _ value: Float) {
        Self.scalar.store(
            format, [value], place(values, isLatent ? keySize : valueSize, token, table) + index * format.width, 1)
    }

    private func position(_ index: Int) -> ck_position {
        let table = others.contains(index) ? otherTable : table
        return ck_position(row: index, block_table: UnsafePointer(table.base), limit: limits[index])
    }

    /// Partial attention of the positions in `group` and the first `heads` heads over a range of keys.
    func partial(_ isa: ck_isa, keys range: Range<Int>, group: Range<Int>? = nil, heads: Int? = nil) throws -> Partial {
        try partial(isa, steps: [range], group: group, heads: heads)
    }

    /// Partial attention over neighbouring ranges of keys, each call going on from the one before.
    func partial(_ isa: ck_isa, steps: [Range<Int>], group: Range<Int>? = nil, heads: Int? = nil) throws -> Partial {
        let group = group ?? 0..<positions
        let heads = heads ?? self.heads
        let rows = heads * group.count
        let result = Partial(max: Floats(rows), sum: Floats(rows), accumulator: Floats(rows * valueSize))
        let keyBytes = Self.rowBytes(format, keySize)
        let valueBytes = isLatent ? keyBytes : Self.rowBytes(format, valueSize)
        let positions = KernelMemory(group.map(position), zero: position(0))
        var job = ck_attention(
            cache: ck_cache(
                format: format, keys: UnsafeRawPointer(keys.base), values: UnsafeRawPointer(values.base),
                key_block_stride: blockTokens * keyBytes, value_block_stride: blockTokens * valueBytes,
                key_stride: keyBytes, value_stride: valueBytes, block_tokens: blockTokens),
            key_size: keySize, value_size: valueSize, heads: heads, positions: UnsafePointer(positions.base),
            count: group.count,
            q: UnsafePointer(queries.base), q_position_stride: self.heads * keySize + 5, q_head_stride: keySize,
            scale: scale, key_begin: 0, key_end: 0, resumes: false,
            max: result.max.base, sum: result.sum.base, accumulator: result.accumulator.base,
            scratch: UnsafeMutableRawPointer(scratch.base))
        for step in steps {
            (job.key_begin, job.key_end) = (step.lowerBound, step.upperBound)
            try kernels(isa).attention(&job)
            job.resumes = true
        }
        #expect(result.max.isFenceIntact && result.sum.isFenceIntact && result.accumulator.isFenceIntact)
        #expect(scratch.isFenceIntact)
        return result
    }

    /// Attention of all rows, from partials of the key ranges that `cuts` bound.
    func output(_ isa: ck_isa, cuts: [Int], group: Range<Int>? = nil, heads: Int? = nil) throws -> Floats {
        let count = (group?.count ?? positions) * (heads ?? self.heads)
        let partials = try zip(cuts, cuts.dropFirst()).map {
            try partial(isa, keys: $0..<$1, group: group, heads: heads)
        }
        let max = Floats(partials.flatMap { $0.max.values })
        let sum = Floats(partials.flatMap { $0.sum.values })
        let accumulator = Floats(partials.flatMap { $0.accumulator.values })
        let out = Floats(count * valueSize)
        // Outputs are where the group's first row is row 0.
        let rows = KernelMemory((0..<count / (heads ?? self.heads)).map(position), zero: position(0))
        var job = ck_merge(
            partials: partials.count, heads: heads ?? self.heads, value_size: valueSize,
            positions: UnsafePointer(rows.base),
            count: rows.count, max: UnsafePointer(max.base), sum: UnsafePointer(sum.base),
            accumulator: UnsafePointer(accumulator.base), out: out.base,
            out_position_stride: (heads ?? self.heads) * valueSize, out_head_stride: valueSize)
        try kernels(isa).merge(&job)
        #expect(out.isFenceIntact)
        return out
    }

    /// Whether the kernels add up in integers.
    var isInIntegers: Bool { format != .f32 && !isLatent }

    /// What an output in integers is off at most: a score by half a step of each element of key and query, a value by
    /// half a step of its elements, a tile's weighted sum by half a step of each weight.
    func integerBound() -> Double {
        func most(_ values: [Double]) -> Double { values.reduce(0) { max($0, abs($1)) } }
        func sum(_ values: [Double]) -> Double { values.reduce(0) { $0 + abs($1) } }
        let rows = (0..<positions * heads).map { row in
            let first = row / heads * (heads * keySize + 5) + row % heads * keySize
            return (first..<first + keySize).map { Double(queries.base[$0]) }
        }
        let querySum = rows.reduce(0) { max($0, sum($1)) }
        let halfQueryStep = max(rows.reduce(0) { max($0, most($1)) } / 32767, querySum / 262_000) / 2
        // A key's step is at most 2^-12 of its largest element, a value's 2^-11.
        let score = (0..<tokens).reduce(0.0) { worst, token in
            let key = decoded(keys, keySize, token)
            return max(worst, Double(scale) * (0x1p-13 * most(key) * querySum + halfQueryStep * sum(key)))
        }
        let largest = (0..<tokens).reduce(0) { max($0, most(decoded(values, valueSize, $1))) }
        let weights = Double(min(tokens, Int(CK_KEY_TILE))) / 32767
        return 1.1 * largest * (exponential(2 * score) - 1 + 0x1p-12 + weights)
    }

    /// The exact outputs of one position's heads; its sequence has the first table.
    func exact(_ position: Int) -> [[Double]] {
        let count = min(tokens, Int(limits[position]))
        let keys = (0..<count).map { decoded(self.keys, keySize, $0) }
        let values = (0..<count).map { decoded(self.values, isLatent ? keySize : valueSize, $0) }
        return (0..<heads).map { head in
            let q = queries.base + position * (heads * keySize + 5) + head * keySize
            let scores = keys.map { key in
                (0..<keySize).reduce(0.0) { $0 + Double(q[$1]) * key[$1] } * Double(scale)
            }
            let most = scores.max() ?? 0
            let weights = scores.map { exponential($0 - most) }
            let total = weights.reduce(0, +)
            return (0..<valueSize).map { index in
                (0..<count).reduce(0.0) { $0 + weights[$1] * values[$1][index] } / total
            }
        }
    }
}

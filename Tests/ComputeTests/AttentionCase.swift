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
    let scale: Float
    let queries: Floats
    let keys: KernelMemory<UInt8>
    let values: KernelMemory<UInt8>
    let table: KernelMemory<Int32>
    let scratch = makeKernelScratch()

    struct Partial {
        let max: Floats
        let sum: Floats
        let accumulator: Floats
    }

    init(
        _ format: ck_format, keySize: Int, valueSize: Int, heads: Int, positions: Int, tokens: Int,
        blockTokens: Int = 16, isLatent: Bool = false, seed: UInt64 = 3
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
        keys = KernelMemory(blocks * blockTokens * (keySize + 1) * format.width, zero: 0xff)
        values = isLatent ? keys : KernelMemory(blocks * blockTokens * (valueSize + 1) * format.width, zero: 0xff)
        table = KernelMemory((0..<blocks).map { Int32(blocks - 1 - $0) }, zero: 0)
        for token in 0..<tokens {
            for index in 0..<keySize { setKey(token, index, Float.random(in: -1...1, using: &random)) }
            for index in 0..<valueSize where !isLatent {
                setValue(token, index, Float.random(in: -1...1, using: &random))
            }
        }
    }

    private func place(_ memory: KernelMemory<UInt8>, _ size: Int, _ token: Int, _ index: Int)
        -> UnsafeMutableRawPointer
    {
        let slot = Int(table.base[token / blockTokens]) * blockTokens + token % blockTokens
        return UnsafeMutableRawPointer(memory.base) + (slot * (size + 1) + index) * format.width
    }

    private func write(_ value: Float, to place: UnsafeMutableRawPointer) {
        switch format {
        case .f32: place.storeBytes(of: value, as: Float.self)
        case .f16: place.storeBytes(of: ck_f16_from_f32(value), as: UInt16.self)
        default: place.storeBytes(of: ck_bf16_from_f32(value), as: UInt16.self)
        }
    }

    private func read(_ place: UnsafeMutableRawPointer) -> Double {
        switch format {
        case .f32: Double(place.loadUnaligned(as: Float.self))
        case .f16: Double(ck_f32_from_f16(place.loadUnaligned(as: UInt16.self)))
        default: Double(ck_f32_from_bf16(place.loadUnaligned(as: UInt16.self)))
        }
    }

    func setKey(_ token: Int, _ index: Int, _ value: Float) { write(value, to: place(keys, keySize, token, index)) }

    func setValue(_ token: Int, _ index: Int, _ value: Float) {
        write(value, to: place(values, isLatent ? keySize : valueSize, token, index))
    }

    /// Partial attention of the positions in `group` and the first `heads` heads over a range of keys.
    func partial(_ isa: ck_isa, keys range: Range<Int>, group: Range<Int>? = nil, heads: Int? = nil) throws -> Partial {
        let group = group ?? 0..<positions
        let heads = heads ?? self.heads
        let stride = (isLatent ? keySize : valueSize) + 1
        let limits = KernelMemory(limits[group], zero: 0)
        let rows = heads * group.count
        let result = Partial(max: Floats(rows), sum: Floats(rows), accumulator: Floats(rows * valueSize))
        let cache = ck_cache(
            format: format, keys: UnsafeRawPointer(keys.base), values: UnsafeRawPointer(values.base),
            key_block_stride: blockTokens * (keySize + 1) * format.width,
            value_block_stride: blockTokens * stride * format.width, key_stride: (keySize + 1) * format.width,
            value_stride: stride * format.width, block_table: UnsafePointer(table.base), block_tokens: blockTokens)
        var job = ck_attention(
            cache: cache, key_size: keySize, value_size: valueSize, heads: heads, positions: group.count,
            q: UnsafePointer(queries.base + group.lowerBound * (self.heads * keySize + 5)),
            q_position_stride: self.heads * keySize + 5, q_head_stride: keySize, limits: UnsafePointer(limits.base),
            scale: scale, key_begin: range.lowerBound, key_end: range.upperBound, max: result.max.base,
            sum: result.sum.base, accumulator: result.accumulator.base,
            scratch: UnsafeMutableRawPointer(scratch.base))
        try kernels(isa).attention(&job)
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
        var job = ck_merge(
            partials: partials.count, heads: heads ?? self.heads, positions: group?.count ?? positions,
            value_size: valueSize, max: UnsafePointer(max.base), sum: UnsafePointer(sum.base),
            accumulator: UnsafePointer(accumulator.base), out: out.base,
            out_position_stride: (heads ?? self.heads) * valueSize, out_head_stride: valueSize)
        try kernels(isa).merge(&job)
        #expect(out.isFenceIntact)
        return out
    }

    /// The exact output of one row.
    func exact(_ position: Int, _ head: Int) -> [Double] {
        let q = queries.base + position * (heads * keySize + 5) + head * keySize
        let count = min(tokens, Int(limits[position]))
        let scores = (0..<count).map { token in
            (0..<keySize).reduce(0.0) { $0 + Double(q[$1]) * read(place(keys, keySize, token, $1)) } * Double(scale)
        }
        let most = scores.max() ?? 0
        let weights = scores.map { exponential($0 - most) }
        let total = weights.reduce(0, +)
        return (0..<valueSize).map { index in
            (0..<count).reduce(0.0) { sum, token in
                sum + weights[token] * read(place(values, isLatent ? keySize : valueSize, token, index))
            } / total
        }
    }
}

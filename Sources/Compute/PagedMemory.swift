import CLinux

/// Keys and values of all layers in equal blocks: a block holds `blockSize` tokens, layer after layer, and within a
/// layer each KV head's tokens in order.
package final class PagedMemory: @unchecked Sendable {
    /// What one layer keeps per token.
    package struct Layout: Sendable, Hashable {
        package var layers: Int
        package var heads: Int
        /// Values of a key.
        package var keySize: Int
        /// Values of a value; 0 where a value is the beginning of its key (MLA).
        package var valueSize: Int
        package var format: ElementFormat

        package init(layers: Int, heads: Int, keySize: Int, valueSize: Int, format: ElementFormat) {
            self.layers = layers
            self.heads = heads
            self.keySize = keySize
            self.valueSize = valueSize
            self.format = format
        }

        package var bytesPerToken: Int { layers * heads * (keyBytes + valueBytes) }

        var keyBytes: Int { format.paddedByteCount(of: keySize) }
        var valueBytes: Int { format.paddedByteCount(of: valueSize) }
    }

    package let layout: Layout
    package let blockCount: Int
    /// Tokens per block.
    package let blockSize: Int
    let base: UnsafeMutableRawPointer
    private let byteCount: Int

    /// Reserves the memory; pages are taken as they are first written.
    package init(_ layout: Layout, blockCount: Int, blockSize: Int) throws(ComputeError) {
        precondition(
            [.f32, .f16, .bf16, .q8_0].contains(layout.format), "the cache holds f32, f16, bf16 or q8_0")
        precondition(blockCount > 0 && blockSize > 0, "\(blockCount) blocks of \(blockSize) tokens")
        self.layout = layout
        self.blockCount = blockCount
        self.blockSize = blockSize
        let (bytes, overflow) = blockCount.multipliedReportingOverflow(by: blockSize * layout.bytesPerToken)
        byteCount = bytes
        guard !overflow, let memory = linux_map_memory(bytes, 1) else {
            throw .outOfMemory(purpose: "the key-value cache", bytes: bytes)
        }
        base = memory
    }

    deinit { munmap(base, byteCount) }

    var blockBytes: Int { blockSize * layout.bytesPerToken }
    var keyBytes: Int { layout.keyBytes }
    var valueBytes: Int { layout.valueBytes }

    /// Bytes from a block's start to the first key of a layer's head.
    func keyOffset(layer: Int, head: Int) -> Int {
        layer * (blockBytes / layout.layers) + head * blockSize * keyBytes
    }

    /// Bytes from a block's start to the first value of a layer's head.
    func valueOffset(layer: Int, head: Int) -> Int {
        if layout.valueSize == 0 { return keyOffset(layer: layer, head: head) }
        return layer * (blockBytes / layout.layers) + layout.heads * blockSize * keyBytes
            + head * blockSize * valueBytes
    }
}

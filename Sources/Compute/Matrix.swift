import CKernels

/// Weights `[outputs, inputs]`, row-major or packed, in mapped or owned memory that `owner` keeps alive.
package struct Matrix: @unchecked Sendable {
    package let outputs: Int
    package let inputs: Int
    package let format: ElementFormat
    /// Whether the rows are interleaved for products (see `Processor.pack`), as block formats must be to be multiplied
    /// by; else a row can be read by itself.
    package let isPacked: Bool
    /// Slices of the sum over the inputs; nil: one sum in ascending order.
    package var cuts: CutPoints?

    let base: UnsafeRawPointer
    /// f8e4m3: one scale per 128 x 128 block, `[ceil(outputs / 128), ceil(inputs / 128)]`.
    let scales: UnsafePointer<Float>?
    let owner: AnyObject
    let scalesOwner: AnyObject?

    /// Refers to values that lie at `base`, without a copy; f8e4m3 needs `scales`. Rows of block formats hold whole
    /// blocks, and their cuts fall between blocks.
    package init(
        outputs: Int, inputs: Int, format: ElementFormat, base: UnsafeRawPointer, owner: AnyObject,
        scales: UnsafeRawPointer? = nil, scalesOwner: AnyObject? = nil, cuts: CutPoints? = nil, isPacked: Bool = false
    ) {
        precondition(!isPacked || format.isBlocked, "\(format) is multiplied by as it is")
        precondition((format == .f8e4m3) == (scales != nil), "f8e4m3 has block scales, other formats have none")
        precondition(inputs % format.blockSize == 0, "\(inputs) inputs in \(format) blocks of \(format.blockSize)")
        precondition(
            !format.isBlocked || cuts?.fall(betweenBlocksOf: format.blockSize) ?? true, "cuts inside \(format) blocks")
        self.outputs = outputs
        self.inputs = inputs
        self.format = format
        self.base = base
        self.owner = owner
        self.scales = scales?.assumingMemoryBound(to: Float.self)
        self.scalesOwner = scalesOwner
        self.cuts = cuts
        self.isPacked = isPacked
    }

    /// Refers to a tensor's values, without a copy.
    package init(_ values: Tensor) {
        self.init(outputs: values.rows, inputs: values.columns, format: .f32, base: values.base, owner: values)
    }

    /// Encodes a tensor as f32, f16 or bf16 into memory of its own.
    package init(_ values: Tensor, format: ElementFormat, cuts: CutPoints? = nil) {
        precondition(format != .f8e4m3 && !format.isBlocked, "block scales are read, not made")
        let memory = OwnedBytes(count: values.rows * values.columns * format.byteWidth)
        ck_kernels_best().pointee.store(
            format.kernelFormat, values.base, memory.base, values.rows * values.columns)
        self.init(
            outputs: values.rows, inputs: values.columns, format: format, base: memory.base, owner: memory,
            cuts: cuts)
    }

    var rowBytes: Int { format.byteCount(of: inputs) }
    var scaleStride: Int { (inputs + Int(CK_SCALE_BLOCK) - 1) / Int(CK_SCALE_BLOCK) }

    /// Bytes that one pass over the weights reads, scales included.
    package var byteCount: Int {
        if isPacked { return packedByteCount }
        let blockRows = (outputs + Int(CK_SCALE_BLOCK) - 1) / Int(CK_SCALE_BLOCK)
        return outputs * rowBytes + (scales == nil ? 0 : blockRows * scaleStride * 4)
    }

    /// Bytes of the weights once packed: those of rows that fill whole strips.
    package var packedByteCount: Int { Self.packedByteCount(outputs: outputs, inputs: inputs, format: format) }

    package static func packedByteCount(outputs: Int, inputs: Int, format: ElementFormat) -> Int {
        ck_packed_bytes(format.kernelFormat, outputs, inputs)
    }

    /// The encoded rows, one after the other, without scales of f8e4m3.
    package func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: base, count: outputs * rowBytes).bytes)
    }

    /// The weights in f32, in memory of their own: for small matrices that operations do not multiply by as they are.
    package func decoded() -> Matrix {
        var result = decoded(rows: 0..<outputs)
        result.cuts = cuts
        return result
    }

    /// Rows in the order given, in f32.
    package func decoded(rows: some Collection<Int>) -> Matrix {
        let values = Tensor(rows: rows.count, columns: inputs)
        for (place, row) in rows.enumerated() {
            load(row: row, with: ck_kernels_best().pointee, into: values.pointer(row: place))
        }
        return Matrix(values)
    }

    /// Some of the rows, in place; not of f8e4m3, whose scales have blocks of rows.
    package func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= outputs, "rows \(range) of \(outputs)")
        return Matrix(
            outputs: range.count, inputs: inputs, format: format, base: base + range.lowerBound * rowBytes,
            owner: owner, cuts: cuts)
    }

    /// Decodes row `row` into `inputs` floats.
    func load(row: Int, with kernels: ck_kernels, into out: UnsafeMutablePointer<Float>) {
        precondition(!isPacked, "rows of packed weights are not read alone")
        let rowScales = scales.map { $0 + row / Int(CK_SCALE_BLOCK) * scaleStride }
        kernels.load(format.kernelFormat, base + row * rowBytes, rowScales, out, inputs)
    }
}

import CKernels
import Glibc
import Testing

/// The tables that this machine can run.
let runnableTables: [ck_isa] = [ck_isa.scalar, .avx2, .avx512].filter { ck_kernels_for($0) != nil }

func kernels(_ isa: ck_isa) throws -> ck_kernels { try #require(ck_kernels_for(isa)).pointee }

extension ck_format {
    static let all: [ck_format] = [.f32, .f16, .bf16, .f8e4m3]

    /// Bytes of a value; block formats have none.
    var width: Int { ck_block_of(self).values > 1 ? 0 : ck_block_of(self).bytes }
}

/// Memory for a kernel's argument, between two fences that show whether a kernel wrote outside.
final class KernelMemory<Element: BitwiseCopyable> {
    let base: UnsafeMutablePointer<Element>
    let count: Int
    private let bytes: UnsafeMutableRawBufferPointer

    private static var fence: Int { 64 }

    init(_ count: Int, zero: Element) {
        let size = count * MemoryLayout<Element>.stride
        bytes = .allocate(byteCount: size + 2 * Self.fence, alignment: 64)
        bytes.initializeMemory(as: UInt8.self, repeating: 0xa5)
        base = (bytes.baseAddress.unsafelyUnwrapped + Self.fence).bindMemory(to: Element.self, capacity: count)
        base.initialize(repeating: zero, count: count)
        self.count = count
    }

    convenience init(_ values: some Collection<Element>, zero: Element) {
        self.init(values.count, zero: zero)
        _ = UnsafeMutableBufferPointer(start: base, count: count).update(fromContentsOf: values)
    }

    deinit { bytes.deallocate() }

    var isFenceIntact: Bool {
        bytes.prefix(Self.fence).allSatisfy { $0 == 0xa5 } && bytes.suffix(Self.fence).allSatisfy { $0 == 0xa5 }
    }

    var values: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

typealias Floats = KernelMemory<Float>

extension KernelMemory<Float> {
    convenience init(_ count: Int) { self.init(count, zero: 0) }
    convenience init(_ values: some Collection<Float>) { self.init(values, zero: 0) }

    /// Bit patterns, all NaN as one: their sign and payload are not specified.
    var bits: [UInt32] { values.map(canonicalBits) }
}

func canonicalBits(_ value: Float) -> UInt32 { value.isNaN ? 0x7fc0_0000 : value.bitPattern }

func randomFloats(_ count: Int, _ random: inout Random, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &random) }
}

func makeKernelScratch() -> KernelMemory<UInt8> { KernelMemory(Int(CK_SCRATCH_BYTES), zero: 0xff) }

func logarithm(_ x: Double) -> Double { log(x) }

import CKernels
import Testing

@Suite struct KernelsDispatchTests {
    @Test func `the scalar table runs everywhere and the best one is the last that runs`() {
        #expect(ck_kernels_for(.scalar)?.pointee.isa == .scalar)
        #expect(ck_kernels_best().pointee.isa == runnableTables.last)
    }

    @Test func `a name selects its table, and without one the best is taken`() {
        #expect(ck_kernels_named("scalar")?.pointee.isa == .scalar)
        for isa in [ck_isa.avx2, .avx512] {
            #expect(ck_kernels_named(ck_isa_name(isa))?.pointee.isa == (runnableTables.contains(isa) ? isa : nil))
        }
        #expect(ck_kernels_named(nil)?.pointee.isa == ck_kernels_best().pointee.isa)
        #expect(ck_kernels_named("")?.pointee.isa == ck_kernels_best().pointee.isa)
    }

    @Test(arguments: ["avx", "AVX2", "scalar ", "avx512vnni", "neon"])
    func `an unknown name selects nothing`(name: String) {
        #expect(ck_kernels_named(name) == nil)
    }

    @Test func `every table knows its name`() {
        #expect(String(cString: ck_isa_name(.scalar)) == "scalar")
        #expect(String(cString: ck_isa_name(.avx2)) == "avx2")
        #expect(String(cString: ck_isa_name(.avx512)) == "avx512")
    }
}

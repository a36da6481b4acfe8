import Service
import Testing

@Suite struct ServedModelNameTests {
    @Test func `a name may carry a mode`() {
        #expect(ServedModelName(argument: "r1") == ServedModelName("r1"))
        #expect(
            ServedModelName(argument: "deepseek-reasoner=thinking")
                == ServedModelName("deepseek-reasoner", isThinking: true))
        #expect(
            ServedModelName(argument: "deepseek-chat=no-thinking")
                == ServedModelName("deepseek-chat", isThinking: false))
        for wrong in ["", "=thinking", "r1=", "r1=fast", "r1=thinking=no-thinking"] {
            #expect(ServedModelName(argument: wrong) == nil, "\(wrong)")
        }
    }
}

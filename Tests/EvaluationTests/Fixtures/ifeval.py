"""Writes ifeval.jsonl: responses of our own to instructions of all types, with the verdicts of IFEval's reference package.

    pip install lm-eval==0.4.13 langdetect immutabledict nltk     (with NLTK's data package punkt_tab)
    python ifeval.py

langdetect draws at random: a verdict counts if it agrees in all of 20 runs.
"""

import json
import os

from lm_eval.tasks.ifeval import instructions_util, utils

LESS, MORE = "less than", "at least"
ESSAY = (
    "The old harbour lies quiet in the morning. Fishermen mend their nets, and gulls wait on the wall. "
    "Mr. Brown, who came from the U.S. in 1999, sells coffee for $2.50 a cup! Do you know him? "
    "He says... well, he says little. J. Smith and Dr. Lee drink there at 7 a.m. every day."
)
CAPITALS = "THE OLD HARBOUR LIES QUIET IN THE MORNING AND THE FISHERMEN MEND THEIR NETS WHILE THE GULLS WAIT ON THE WALL"
LANGUAGES = {
    "ar": "ذهب الولد إلى المدرسة في الصباح الباكر ثم عاد إلى بيته مع أصدقائه وتناول الغداء.",
    "bg": "Утре ще отидем на пазара и ще купим пресни плодове и зеленчуци за цялото семейство.",
    "bn": "আমি প্রতিদিন সকালে নদীর ধারে হাঁটতে যাই এবং পাখির গান শুনি।",
    "de": "Der alte Hafen liegt am Morgen ruhig da, und die Fischer flicken ihre Netze vor dem Haus.",
    "es": "El viejo puerto está tranquilo por la mañana y los pescadores arreglan sus redes.",
    "fa": "من هر روز صبح کنار رودخانه قدم می‌زنم و به آواز پرندگان گوش می‌دهم.",
    "fi": "Vanha satama on aamulla hiljainen, ja kalastajat korjaavat verkkojaan talon edessä.",
    "fr": "Le vieux port est calme le matin et les pêcheurs réparent leurs filets devant la maison.",
    "gu": "હું દરરોજ સવારે નદી કિનારે ચાલવા જાઉં છું અને પક્ષીઓનાં ગીતો સાંભળું છું.",
    "he": "אני הולך כל בוקר לאורך הנהר ומקשיב לשירת הציפורים.",
    "hi": "मैं हर सुबह नदी के किनारे टहलने जाता हूँ और पक्षियों का गीत सुनता हूँ।",
    "it": "Il vecchio porto è tranquillo la mattina e i pescatori riparano le reti davanti alla casa.",
    "ja": "私は毎朝川のそばを散歩して、鳥の歌を聞きます。",
    "kn": "ನಾನು ಪ್ರತಿದಿನ ಬೆಳಿಗ್ಗೆ ನದಿಯ ದಡದಲ್ಲಿ ನಡೆಯಲು ಹೋಗುತ್ತೇನೆ ಮತ್ತು ಹಕ್ಕಿಗಳ ಹಾಡನ್ನು ಕೇಳುತ್ತೇನೆ.",
    "ko": "나는 매일 아침 강가를 산책하며 새들의 노래를 듣습니다.",
    "mr": "मी दररोज सकाळी नदीच्या काठी फिरायला जातो आणि पक्ष्यांची गाणी ऐकतो आहे.",
    "ne": "म हरेक बिहान नदीको किनारमा हिँड्न जान्छु र चराहरूको गीत सुन्छु।",
    "nl": "De oude haven is 's ochtends rustig en de vissers herstellen hun netten voor het huis.",
    "pa": "ਮੈਂ ਹਰ ਰੋਜ਼ ਸਵੇਰੇ ਨਦੀ ਦੇ ਕੰਢੇ ਸੈਰ ਕਰਨ ਜਾਂਦਾ ਹਾਂ ਅਤੇ ਪੰਛੀਆਂ ਦੇ ਗੀਤ ਸੁਣਦਾ ਹਾਂ।",
    "pl": "Stary port jest rano spokojny, a rybacy naprawiają swoje sieci przed domem.",
    "pt": "O velho porto está tranquilo de manhã e os pescadores consertam suas redes diante da casa.",
    "ru": "Старый порт утром спокоен, и рыбаки чинят свои сети перед домом.",
    "sw": "Kila asubuhi ninatembea kando ya mto na kusikiliza nyimbo za ndege, kisha ninarudi nyumbani.",
    "ta": "நான் தினமும் காலையில் ஆற்றங்கரையில் நடந்து பறவைகளின் பாடல்களைக் கேட்கிறேன்.",
    "te": "నేను ప్రతిరోజూ ఉదయం నది ఒడ్డున నడుస్తూ పక్షుల పాటలు వింటాను.",
    "th": "ฉันเดินเล่นริมแม่น้ำทุกเช้าและฟังเสียงนกร้อง",
    "uk": "Старий порт уранці спокійний, і рибалки лагодять свої сіті перед будинком.",
    "ur": "میں ہر صبح دریا کے کنارے چہل قدمی کرتا ہوں اور پرندوں کے گیت سنتا ہوں۔",
    "vi": "Mỗi buổi sáng tôi đi dạo bên bờ sông và nghe tiếng chim hót, rồi tôi về nhà.",
}

CASES = [
    ("keywords:existence", {"keywords": ["harbour", "coffee"]},
     [ESSAY, ESSAY.upper(), "harbour", "coffee at the Harbours", "the har bour, coffee", "", "Coffee*harbour",
      "harbour\ncoffee\n"]),
    ("keywords:frequency", {"keyword": "net", "frequency": 2, "relation": MORE},
     [ESSAY, "net net", "internet nets", "NET net", "net", "n et n*et", "*n*et net"]),
    ("keywords:frequency", {"keyword": " he ", "frequency": 3, "relation": LESS},
     [ESSAY, "he he he", "The theme: he.", "none", "He\nhe\nhe"]),
    ("keywords:forbidden_words", {"forbidden_words": ["rock", "coop"]},
     ["A stone.", "A rock.", "A rocket, a cooper.", "ROCK!", "hard-rock", "rock_music", "rocks", "intro\nrock\nstone",
      "rock\nstone", "r*ock", "co-op", "Der Rockär"]),
    ("keywords:letter_frequency", {"letter": "t", "let_frequency": 4, "let_relation": MORE},
     ["tTtT", "ttt", ESSAY, "no such letter in here, sir", "t\nt\nt\nt", "t" * 40]),
    ("keywords:letter_frequency", {"letter": "q", "let_frequency": 2, "let_relation": LESS},
     ["Quiet.", "Quiet quarters.", "q\nq", "none here", "QqQ", "*q*q"]),
    ("length_constraints:number_sentences", {"relation": MORE, "num_sentences": 5},
     [ESSAY, "One. Two. Three. Four. Five.", "One. Two. Three. Four.", "One! Two? Three... Four. Five", "a.b.c.d.e.f.",
      "He said \"Stop!\" Then he left. She (the boss) stayed. \"No.\" \"Yes.\"", "1. One\n2. Two\n3. Three\n4. Four",
      "Dr. A. Lee vs. Mr. B. Lee. Etc. No. 5 is here. U.S. Navy. In the U.S. The end.", "no end at all",
      "Wait!!! What?!? Yes... No. 3.5 percent of it. Done", "A.\n\nB.\n\nC.\n\nD.\n\nE."]),
    ("length_constraints:number_sentences", {"relation": LESS, "num_sentences": 3},
     [ESSAY, "One. Two.", "One. Two. Three.", "e.g. this and i.e. that", "Inc. Magazine Co. said so. Prof. X. came.",
      "“Good.” ‘Fine.’ Well.", "End.) Begin. (More.)", "At 5 p.m. The bell rang. At 6 p.m. it stopped."]),
    ("length_constraints:number_words", {"relation": MORE, "num_words": 10},
     [ESSAY, "one two three four five six seven eight nine ten", "one two three", "a-b-c-d-e-f-g-h-i-j", "don't " * 5,
      "नमस्ते दुनिया", "中文没有空格的一句话", "a_b " * 10, "x² ½ Ⅷ १२ e\u0301a b c d"]),
    ("length_constraints:number_words", {"relation": LESS, "num_words": 4},
     ["one two three", "one two three four", "one\ntwo three four", "...", "it's me", "a*b*c"]),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2},
     ["A\n***\nB", "A***B", "A\n***\nB\n***", "***A***B***", "A\n***\n***\nB", "A\n\nB", "A *** B *** C", "A\n* * *\nB",
      "A\n******\nB", "title\nA\n***\nB", "A\n*** \n\n B"]),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 3, "nth_paragraph": 2, "first_word": "summary"},
     ["A\n\nSummary of it\n\nC", "A\n\n\"Summary,\" he said\n\nC", "A\n\nThe summary\n\nC", "A\n\nsummary", "A\n\n\n\nSummary\n\nC",
      "A\n\n'Summary'\n\nC\n\n", "Intro\nA\n\nSUMMARY!\n\nC", "A\n\n**Summary**\n\nC", "A\n\nsummary-like\n\nC",
      "A\n\n\n\nsummary b\n\nC", "\n\nA\n\nsummary\n\nC"]),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "elm"},
     ["Elm trees.", "elm", "An elm", "Elm's leaves", "\"'elm'\"", "'\"elm\"'", "Elm\n\nElm"]),
    ("detectable_content:number_placeholders", {"num_placeholders": 2},
     ["[name] and [address]", "[name]", "[]()[x]", "[a[b]c] [d", "[a\nb] [c]", "[[x]] [y]", "none", "[*a*][b]"]),
    ("detectable_content:postscript", {"postscript_marker": "P.S."},
     ["Hello. P.S. Write!", "Hello. P. S. Write!", "p.s. first", "PS: no", "P.S", "P.P.S. too", "*P.*S.", "shop.s.x"]),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"},
     ["Hello. P.P.S Write!", "P. P. S", "p.p.s.", "P.S. only", "P.P. S", "PPS", "P.  P.S", "Hello\nP.P.S."]),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2},
     ["* a\n* b", "- a\n- b", "* a\n- b\n* c", "*a\n*b", "** a\n** b", "  * a\n\n  - b", "• a\n• b", "*a* b\n- c", "---\n* a",
      "Intro:\n* a\n* b\nEnd", "* a\n\n\n* b\n-", "1. a\n2. b", "a - b\n* c", "*\n*\n"]),
    ("detectable_format:constrained_response", {},
     ["My answer is yes.", "My answer is no.", "My answer is maybe.", "My answer is Yes.", "Well. My answer is no. Sorry.",
      "my answer is yes.", "My answer is *yes*.", "My answer\nis yes.", "Yes."]),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2},
     ["*a* and *b*", "**a**", "**a** **b**", "*a*", "* * * *", "*a\nb* *c*", "***a***", "**a** b *c*", "* a\n* b", "****",
      "** ** *x*", "*a**b*", "_a_ _b_"]),
    ("detectable_format:multiple_sections", {"section_spliter": "Section", "num_sections": 2},
     ["Section 1\nA\nSection 2\nB", "SECTION 1 SECTION 2", "Section1 Section2", "Section 1", "Section I Section II",
      "**Section 1** x **Section 2** y", "Section  1 Section  2", "subSection 12 Section 3", "Section ১ Section 2"]),
    ("detectable_format:json_format", {},
     ["{}", "{\"a\": [1, 2.5e-3, null, true, \"x\\n\"]}", "```json\n{\"a\": 1}\n```", "```\n[1]\n```", "{'a': 1}", "{\"a\": 1,}",
      "Here: {\"a\": 1}", "\"text\"", "12", "01", "[NaN, -Infinity]", "{\"a\": \"\\ud800\"}", "[1\n, 2 ]\n", "{\"a\": \"b\nc\"}",
      "```JSON {\"a\": {\"b\": []}}```", "```python\n{}\n```", "Sure:\n{\"a\": 1}", "{\"a\" 1}", "[1 2]", "tru", "-", "1.", ".5", "{}}",
      "```json\n```json\n{}```", "[\"\\x\"]", "[\"\\u12\"]", "\u00a0{}", "[\u00a01]"]),
    ("detectable_format:title", {},
     ["<<Poem>>", "<< >>", "<<>>", "<<a\nb>>", "<Poem>", "x <<< deep >>> y", "<<><>>", "Text\n<<Title>> more", "<<*a*>>",
      "<<>>> <<b>>"]),
    ("combination:two_responses", {},
     ["A ****** B", "A\n******\nB", "A ****** A", "A", "A ****** B ****** C", "****** A ****** B", "A ****** ****** B",
      "A ****** B ******", "A*******B", "A ***** B", "x\nA ****** x\nA"]),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Write a poem\nabout Rain. "},
     ["Write a poem\nabout Rain.\n\nDrops fall.", "write a POEM\nabout rain. Here", "Sure! Write a poem\nabout Rain.",
      "  Write a poem\nabout Rain", "Write a poem about Rain.", "Sure:\nWrite a poem\nabout Rain. Drops", "*Write a poem*\nabout Rain."]),
    ("startend:end_checker", {"end_phrase": "Any other questions?"},
     ["Yes. Any other questions?", "\"Any other questions?\"", "any other QUESTIONS?  ", "Any other questions? No.",
      "Any other questions", "**Any other questions?**", "Any other questions?\nBye", "Any other questions?\"\"\n", "any\nother questions?"]),
    ("startend:quotation", {},
     ["\"Hello.\"", " \"Hello.\"\n", "\"", "\"\"", "“Hello.”", "\"Hello.", "Sure:\n\"Hello.\"", "*\"Hello.\"*", "'Hello.'"]),
    ("change_case:capital_word_frequency", {"capital_frequency": 3, "capital_relation": MORE},
     ["THIS IS BIG", "This IS BIG", "DON'T", "CAN'T IT'S", "NASA, ESA and JAXA.", "A I O", "HIGH-SPEED TGV", "U.S. NAVY",
      "CANNOT GOTTA", "(NATO) [UN] \"EU\"", "3D 4K X2", "WE'LL GO", "A/B C/D", "It's 5 P.M. in N.Y. OK", "**BOLD** *AND* HUGE",
      "ÄRGER ÜBER ÖL", "NO...YES--NO", "GIMME LEMME WANNA go", "'TIS 'TWAS", "A.B. C.", "HELLO_WORLD #TAG @YOU 5KG"]),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": LESS},
     [ESSAY, "I am", "I AM", "ok", "I'M", "THE\nEND", "*A* *B*", "I’M HERE"]),
    ("change_case:english_capital", {},
     [CAPITALS, CAPITALS + ". " + CAPITALS, CAPITALS.capitalize(), "12345", "OLÁ", "", CAPITALS + " and", ESSAY, "!!!",
      "intro\n" + CAPITALS + ". HOW ARE YOU TODAY MY FRIEND? WE WILL GO TO THE MARKET TOGETHER AND BUY SOME FRUIT"]),
    ("change_case:english_lowercase", {},
     [ESSAY.lower(), ESSAY, "all small letters are in this short english sentence about the weather", "12345",
      LANGUAGES["fr"].lower(), LANGUAGES["de"].lower(), LANGUAGES["ru"].lower(), "Title\n" + ESSAY.lower(), ESSAY.lower() + " I",
      "see https://example.org/A and then come back to the house with your friends"]),
    ("punctuation:no_comma", {},
     ["No such mark.", "One, two", "One; two", "中文，逗号", "a,\nb", "x\ny, z", "1,000"]),
] + [("language:response_language", {"language": language}, [text, text + " " + text, ESSAY])
     for language, text in LANGUAGES.items() if language in instructions_util.LANGUAGE_CODES] + [
    ("language:response_language", {"language": "en"}, [ESSAY, LANGUAGES["sw"], "12345", "???", LANGUAGES["fr"]]),
    ("language:response_language", {"language": "hi"}, [LANGUAGES["ne"], LANGUAGES["mr"], "English words: " + LANGUAGES["hi"],
                                                        LANGUAGES["hi"] + "\n(This means: I walk along the river every morning.)"]),
]


def verdicts(identifier, kwargs, response):
    example = utils.InputExample(key=0, instruction_id_list=[identifier], prompt="", kwargs=[kwargs])
    strict = utils.test_instruction_following_strict(example, response).follow_instruction_list[0]
    loose = utils.test_instruction_following_loose(example, response).follow_instruction_list[0]
    return strict, loose


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ifeval.jsonl")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for identifier, kwargs, responses in CASES:
            for response in responses:
                runs = 20 if identifier.startswith(("language", "change_case:english")) else 1
                seen = {verdicts(identifier, kwargs, response) for _ in range(runs)}
                if len(seen) > 1:
                    print("left out, undecided:", identifier, kwargs, response)
                    continue
                strict, loose = seen.pop()
                line = {"instruction_id_list": [identifier], "kwargs": [kwargs], "response": response,
                        "strict": strict, "loose": loose}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

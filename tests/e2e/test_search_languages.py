"""What searching finds in texts of twelve languages, and what it doesn't find."""

from harness import ServerTestCase
from stubs import search_pb2

# By language: its configuration of PostgreSQL, the texts, and by query the texts that it finds, with what is highlighted
# in brackets. What isn't named mustn't be found.
TABLE = {
    "English": ("english", [
        "We are sailing to the café with order-4711 tomorrow",
        "See report_final.pdf in /srv/files/2026, version v2.0-beta",
        "It is done.Next: TCP/IP for ABC-123, write to alice.smith@example.com",
        "Carpets and cars <b>cost</b> $1,250.50",
        "Nai\u0308ve re\u0301sume\u0301, ﬁnished in Tōkyō",
    ], {
        "sail": ["We are [sailing] to the café with order-4711 tomorrow"],
        "sailin": ["We are [sailing] to the café with order-4711 tomorrow"],
        "tomor": ["We are sailing to the café with order-4711 [tomorrow]"],
        "tomor sail": [],  # only the last word goes on
        "cafe": ["We are sailing to the [café] with order-4711 tomorrow"],
        "CAFÉ": ["We are sailing to the [café] with order-4711 tomorrow"],
        "sails caf": ["We are [sailing] to the [café] with order-4711 tomorrow"],
        "4711": ["We are sailing to the café with order-[4711] tomorrow"],
        "order-4711": ["We are sailing to the café with [order]-[4711] tomorrow"],
        "order-47": ["We are sailing to the café with [order]-[4711] tomorrow"],
        "order_4711": ["We are sailing to the café with [order]-[4711] tomorrow"],
        "4711-order": [],
        "report": ["See [report]_final.pdf in /srv/files/2026, version v2.0-beta"],
        "final": ["See report_[final].pdf in /srv/files/2026, version v2.0-beta"],
        "pdf": ["See report_final.[pdf] in /srv/files/2026, version v2.0-beta"],
        "report_final.pdf": ["See [report]_[final].[pdf] in /srv/files/2026, version v2.0-beta"],
        "final_report": [],
        "files/2026": ["See report_final.pdf in /srv/[files]/[2026], version v2.0-beta"],
        "beta": ["See report_final.pdf in /srv/files/2026, version v2.0-[beta]"],
        "v2.0": ["See report_final.pdf in /srv/files/2026, version [v2].[0]-beta"],
        "TCP": ["It is done.Next: [TCP]/IP for ABC-123, write to alice.smith@example.com"],
        "tcp/ip": ["It is done.Next: [TCP]/[IP] for ABC-123, write to alice.smith@example.com"],
        "ip/tcp": [],
        "Next": ["It is done.[Next]: TCP/IP for ABC-123, write to alice.smith@example.com"],
        "123": ["It is done.Next: TCP/IP for ABC-[123], write to alice.smith@example.com"],
        "smith": ["It is done.Next: TCP/IP for ABC-123, write to alice.[smith]@example.com"],
        "alice.smith@example.com": [
            "It is done.Next: TCP/IP for ABC-123, write to [alice].[smith]@[example].[com]"],
        "b": ["Carpets and cars <[b]>cost</[b]> $1,250.50"],  # one letter alone doesn't go on
        "cost": ["Carpets and cars <b>[cost]</b> $1,250.50"],
        "car": ["[Carpets] and [cars] <b>cost</b> $1,250.50"],
        '"car"': ["Carpets and [cars] <b>cost</b> $1,250.50"],
        "1,250.50": ["Carpets and cars <b>cost</b> $[1],[250].[50]"],
        "250": ["Carpets and cars <b>cost</b> $1,[250].50"],
        "naive resume": ["[Nai\u0308ve] [re\u0301sume\u0301], ﬁnished in Tōkyō"],
        "finished": ["Nai\u0308ve re\u0301sume\u0301, [ﬁnished] in Tōkyō"],
        "tokyo -naïve": [],
        "tokyo": ["Nai\u0308ve re\u0301sume\u0301, ﬁnished in [Tōkyō]"],
    }),
    "German": ("german", [
        "Die Häuser in der Straße sind größer", "Schiffe fahren über die Müllerbrücke", "Das Schiff heißt Øresund",
    ], {
        "Haus": ["Die [Häuser] in der Straße sind größer"],
        "hauser": ["Die [Häuser] in der Straße sind größer"],
        "strasse": ["Die Häuser in der [Straße] sind größer"],
        "STRASSE": ["Die Häuser in der [Straße] sind größer"],
        "Schiff fahr": ["[Schiffe] [fahren] über die Müllerbrücke"],
        "muller": ["Schiffe fahren über die [Müllerbrücke]"],
        "brücke": [],
        "oresund": ["Das Schiff heißt [Øresund]"],
    }),
    "French": ("french", [
        "Les élèves ont mangé à l'école", "Cœur et œuvre d'hiver", "La maîtresse mange une pêche",
    ], {
        "eleve": ["Les [élèves] ont mangé à l'école"],
        "école": ["Les élèves ont mangé à l'[école]"],
        "ecole": ["Les élèves ont mangé à l'[école]"],
        "manger": ["Les élèves ont [mangé] à l'école", "La maîtresse [mange] une pêche"],
        "coeur": ["[Cœur] et œuvre d'hiver"],
        "d'hiver": ["Cœur et œuvre [d]'[hiver]"],
        "hiv": ["Cœur et œuvre d'[hiver]"],
        "peche": ["La maîtresse mange une [pêche]"],
        "cole": [],
    }),
    "Spanish": ("spanish", [
        "El niño comió en la estación", "Los pingüinos no están aquí", "Mañana cantaré canciones",
    ], {
        "nino": ["El [niño] comió en la estación"],
        "estaciones": ["El niño comió en la [estación]"],
        "estacion": ["El niño comió en la [estación]"],
        "pinguino": ["Los [pingüinos] no están aquí"],
        "manan": ["[Mañana] cantaré canciones"],
        "canción": ["Mañana cantaré [canciones]"],
        "tacion": [],
    }),
    "Turkish": ("turkish", [
        "İstanbul'da hava IŞIK gibi", "Kırmızı çiçekler ısındı", "Izmir'e gidiyoruz",
    ], {
        "istanbul": ["[İstanbul]'da hava IŞIK gibi"],
        "ISTANBUL": ["[İstanbul]'da hava IŞIK gibi"],
        "ışık": ["İstanbul'da hava [IŞIK] gibi"],
        "isik": ["İstanbul'da hava [IŞIK] gibi"],
        "kirmizi": ["[Kırmızı] çiçekler ısındı"],
        "çiçek": ["Kırmızı [çiçekler] ısındı"],
        "cicek": ["Kırmızı [çiçekler] ısındı"],
        "izmir": ["[Izmir]'e gidiyoruz"],
        "tanbul": [],
    }),
    "Russian": ("russian", [
        "Новые ёлки стоят в Москве", "Письмо №42 отправлено", "Мой чай ещё горячий",
    ], {
        "новый": ["[Новые] ёлки стоят в Москве"],
        "елки": ["Новые [ёлки] стоят в Москве"],
        "МОСКВА": ["Новые ёлки стоят в [Москве]"],
        "моск": ["Новые ёлки стоят в [Москве]"],
        "письма": ["[Письмо] №42 отправлено"],
        "42": ["Письмо №[42] отправлено"],
        "горячий чай": ["Мой [чай] ещё [горячий]"],
        "сква": [],
    }),
    "Greek": ("greek", [
        "Ο Σίσυφος γράφει στην Αθήνα", "ΚΑΛΗΜΕΡΑ ΚΟΣΜΕ", "Τα σπίτια είναι μεγάλα",
    ], {
        "σισυφος": ["Ο [Σίσυφος] γράφει στην Αθήνα"],
        "ΣΙΣΥΦΟΣ": ["Ο [Σίσυφος] γράφει στην Αθήνα"],
        "αθηνα": ["Ο Σίσυφος γράφει στην [Αθήνα]"],
        "καλημέρα": ["[ΚΑΛΗΜΕΡΑ] ΚΟΣΜΕ"],
        "σπίτι": ["Τα [σπίτια] είναι μεγάλα"],
        "ήνα": [],
    }),
    "Chinese": ("simple", [
        "我们明天在北京大学开会。", "你好，世界！TCP/IP协议", "京北是另一个地方", "请看report_终稿.pdf",
    ], {
        "北京": ["我们明天在[北京]大学开会。"],
        "大学": ["我们明天在北京[大学]开会。"],
        "北京 开会": ["我们明天在[北京]大学[开会]。"],
        "京北": ["[京北]是另一个地方"],
        "世界": ["你好，[世界]！TCP/IP协议"],
        "你好世界": ["[你好]，[世界]！TCP/IP协议"],
        "ip协议": ["你好，世界！TCP/[IP协议]"],
        "终稿": ["请看report_[终稿].pdf"],
        "report_终": ["请看[report]_[终]稿.pdf"],
        "会开": [],
        "协": ["你好，世界！TCP/IP[协]议"],
    }),
    "Japanese": ("simple", [
        "東京タワーへ行きました。", "がんばってください", "京都の天気", "Ｔｏｋｙｏのカフェ",
    ], {
        "東京": ["[東京]タワーへ行きました。"],
        "タワー": ["東京[タワー]へ行きました。"],
        "行きま": ["東京タワーへ[行きま]した。"],
        "がんば": ["[がんば]ってください"],
        "かんば": [],  # another sound, not an accent
        "京都": ["[京都]の天気"],
        "tokyo": ["[Ｔｏｋｙｏ]のカフェ"],
        "カフェ": ["Ｔｏｋｙｏの[カフェ]"],
        "都京": [],
    }),
    "Korean": ("simple", [
        "한국어를 공부합니다", "서울에서 회의가 있어요", "국어 시험은 내일",
    ], {
        "한국어": ["[한국어]를 공부합니다"],
        "국어": ["한[국어]를 공부합니다", "[국어] 시험은 내일"],
        "한국어를 공부": ["[한국어를] [공부]합니다"],
        "서울": ["[서울]에[서] 회의가 있어요"],  # a phrase's words are shown wherever they are
        "회의": ["서울에서 [회의]가 있어요"],
        "어국": [],
    }),
    "Arabic": ("arabic", [
        "شُكْرًا جزيلاً يا أحمد", "الكتاب على الطاولة",
    ], {
        "شكرا": ["[شُكْرًا] جزيلاً يا أحمد"],
        "احمد": ["شُكْرًا جزيلاً يا [أحمد]"],
        "كتاب": ["[الكتاب] على الطاولة"],
        "حمد": [],
    }),
    "Hebrew": ("simple", [
        "שָׁלוֹם לכולם", "הפגישה מחר",
    ], {
        "שלום": ["[שָׁלוֹם] לכולם"],
        "מחר": ["הפגישה [מחר]"],
        "לום": [],
    }),
}


def marked(hit):
    """The text with its highlights in brackets."""
    text, out, at = hit.message.text.encode(), b"", 0
    for mark in hit.highlights:
        out += text[at:mark.begin] + b"[" + text[mark.begin:mark.end] + b"]"
        at = mark.end
    return (out + text[at:]).decode()


class SearchLanguages(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice")
        self.alice = self.client(self.tenant, "alice")

    def test_each_query_finds_what_it_must_and_nothing_else(self):
        for name, (configuration, texts, queries) in TABLE.items():
            room_id = self.alice.create_group("alice").room.id
            self.tenant.service.set_search_language(configuration)
            for number, text in enumerate(texts):
                self.alice.send_message(room_id, str(number), text)
            for query, found in queries.items():
                with self.subTest(language=name, query=query):
                    hits = self.alice.search.SearchMessages(search_pb2.SearchMessagesRequest(
                        query=query, room_id=room_id)).hits
                    self.assertCountEqual([marked(hit) for hit in hits], found)

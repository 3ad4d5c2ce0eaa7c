using System.Globalization;
using System.Text;

namespace Consortium.Adapters.Bench;

/// <summary>
/// Messages as a hospital's system sends them, drawn with a fixed seed; nobody in them exists. Each is different in its identifiers,
/// names, times and values, so that nothing is fast because it was there before.
/// </summary>
internal sealed class GeneratedMessages(int seed)
{
    private static readonly string[] Families = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    private static readonly string[] Given = ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "晓明", "建国"];
    private static readonly (string Code, string Name)[] Diagnoses =
        [("I21.4", "急性心内膜下心肌梗死"), ("E11.9", "2型糖尿病"), ("I10", "原发性高血压"), ("J18.9", "肺炎"), ("N18.3", "慢性肾脏病3期"), ("K29.5", "慢性胃炎")];

    private static readonly (string Code, string Name, string Unit, string Range, int From, int To)[] Tests =
    [
        ("718-7", "Hemoglobin", "g/L", "130-175", 90, 180), ("6690-2", "Leukocytes", "10*9/L", "3.5-9.5", 2, 15), ("777-3", "Platelets", "10*9/L", "125-350", 90, 400),
        ("2345-7", "Glucose", "mmol/L", "3.9-6.1", 3, 15), ("2160-0", "Creatinine", "umol/L", "57-97", 40, 200), ("2951-2", "Sodium", "mmol/L", "137-147", 130, 150),
        ("2823-3", "Potassium", "mmol/L", "3.5-5.3", 3, 6), ("1742-6", "ALT", "U/L", "9-50", 5, 120), ("1920-8", "AST", "U/L", "15-40", 5, 120), ("2085-9", "HDL", "mmol/L", "1.0-1.6", 1, 3),
    ];

    private readonly Random _random = new(seed);

    /// <summary>ADT^A01 of 24 segments.</summary>
    public byte[] Admission()
    {
        string time = Time(), patient = Number(8), visit = $"V{Number(9)}";
        string doctor = Doctor(), referrer = Doctor();
        List<string> lines =
        [
            $@"MSH|^~\&|HIS|HOSP01|HUB|CONSORTIUM|{time}+0800||ADT^A01^ADT_A01|{Number(12)}|P|2.5.1|||AL|NE|CHN|UNICODE UTF-8",
            $"EVN|A01|{time}|||{Doctor()}|{time}",
            $"PID|1||{patient}^^^HOSP01^MR~{Number(10)}^^^HOSP01^SS||{Name()}^^^^^L^I~{Name()}^^^^^N||{Birth()}|{Pick("M", "F")}|||{Address()}~{Address()}||{Phone()}~{Phone()}|{Phone()}|zh^Chinese^ISO639|M||||||||||CN^China^ISO3166||||N",
            $"PD1|||社区卫生服务中心^^{Number(5)}|{doctor}",
            $"NK1|1|{Name()}|SPO^Spouse^HL70063|{Address()}|{Phone()}|{Phone()}|N^Next-of-Kin^HL70131",
            $"NK1|2|{Name()}|CHD^Child^HL70063|{Address()}|{Phone()}||C^Emergency Contact^HL70131",
            $"PV1|1|I|W{_random.Next(1, 20):00}^R{_random.Next(1, 40):00}^B{_random.Next(1, 5)}^HOSP01^^^1^3|R|||{doctor}|{referrer}|{Doctor()}|CAR||||1|||{doctor}|IP|{visit}^^^HOSP01^VN|||||||||||||||||||||||||{time}",
            $"PV2||2^Semi-private^HL70023|胸痛待查^^||||||{time}|7|||{referrer}|||||||||N",
        ];
        foreach ((string code, string name, string unit, int from, int to) in ((string, string, string, int, int)[])[
            ("29463-7", "Body weight", "kg", 45, 95), ("8302-2", "Body height", "cm", 150, 190), ("8310-5", "Body temperature", "Cel", 36, 39), ("8867-4", "Heart rate", "/min", 55, 120)])
        {
            lines.Add($"OBX|{lines.Count - 7}|NM|{code}^{name}^LN||{_random.Next(from, to)}.{_random.Next(10)}|{unit}^^UCUM|||||F|||{time}||{doctor}");
        }

        foreach (string allergen in (string[])["青霉素", "头孢菌素", "花生"])
        {
            lines.Add($"AL1|{lines.Count - 11}|{(allergen == "花生" ? "FA" : "DA")}|{Number(4)}^{allergen}^L|{Pick("SV", "MO", "MI")}|皮疹|{Birth()}");
        }

        for (int i = 0; i < 3; i++)
        {
            (string code, string name) = Diagnoses[_random.Next(Diagnoses.Length)];
            lines.Add($"DG1|{i + 1}||{code}^{name}^I10||{time}|{(i == 0 ? "A" : "W")}|||||||||{i + 1}|{doctor}");
        }

        lines.Add($"PR1|1||00.66^经皮冠状动脉腔内血管成形术^I9C||{time}|D|45");
        lines.Add($"ROL|1|AD|AT^Attending^HL70443|{doctor}|{time}");
        lines.Add($"GT1|1|{Number(6)}|{Name()}||{Address()}|{Phone()}||{Birth()}|M||SPO");
        lines.Add($"IN1|1|01^城镇职工基本医疗保险|{Number(6)}|市医疗保障局|{Address()}||{Phone()}|||||2023{_random.Next(10, 13)}01|2033{_random.Next(10, 13)}01|||{Name()}|SEL|{Birth()}");
        lines.Add($"IN2||{Number(18)}|||||||||||||||||||||||{Number(10)}");
        lines.Add($"ZPV|1|{Number(4)}|院内预约平台|{time}");
        return Bytes(lines);
    }

    /// <summary>ORU^R01 with 20 OBX.</summary>
    public byte[] Report()
    {
        string time = Time(), filler = $"L{Number(9)}", placer = $"O{Number(9)}", doctor = Doctor();
        List<string> lines =
        [
            $@"MSH|^~\&|LIS|HOSP01|HUB|CONSORTIUM|{time}+0800||ORU^R01^ORU_R01|{Number(12)}|P|2.5.1|||AL|NE|CHN|UNICODE UTF-8",
            $"PID|1||{Number(8)}^^^HOSP01^MR||{Name()}^^^^^L||{Birth()}|{Pick("M", "F")}",
            $"PV1|1|I|W{_random.Next(1, 20):00}^R{_random.Next(1, 40):00}^B1||||{doctor}||||||||||||V{Number(9)}^^^HOSP01^VN",
            $"ORC|RE|{placer}^HIS|{filler}^LIS||CM||||{time}|||{doctor}",
            $"OBR|1|{placer}^HIS|{filler}^LIS|24323-8^Comprehensive panel^LN|||{time}|||||||{time}|BLD&Blood&HL70487|{doctor}||||||{time}||LAB|F",
        ];
        for (int i = 0; i < 20; i++)
        {
            (string code, string name, string unit, string range, int from, int to) = Tests[i % Tests.Length];
            lines.Add($"OBX|{i + 1}|NM|{code}^{name}^LN|{(i / Tests.Length) + 1}|{_random.Next(from, to)}.{_random.Next(10)}|{unit}^^UCUM|{range}|{Pick("N", "H", "L")}|||F|||{time}||{doctor}");
        }

        return Bytes(lines);
    }

    private static byte[] Bytes(List<string> lines) => Encoding.UTF8.GetBytes(string.Join('\r', lines) + "\r");

    private string Pick(params ReadOnlySpan<string> values) => values[_random.Next(values.Length)];

    private string Name() => $"{Pick(Families)}^{Pick(Given)}";

    private string Doctor() => $"D{Number(4)}^{Name()}^^^^^^HOSP01";

    private string Number(int digits) => _random.NextInt64((long)Math.Pow(10, digits - 1), (long)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture);

    private string Phone() => $"^{Pick("PRN", "WPN")}^PH^^^^1{Number(10)}";

    private string Address() => $"和平路{_random.Next(1, 300)}号^{_random.Next(1, 9)}单元^北京市^北京^1000{_random.Next(10, 99)}^CN^H";

    private string Time() => new DateTime(2024, 1, 1).AddMinutes(_random.Next(1, 1_000_000)).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);

    private string Birth() => new DateTime(1930, 1, 1).AddDays(_random.Next(1, 30_000)).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}

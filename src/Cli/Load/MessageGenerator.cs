using System.Globalization;
using System.Text;

namespace Consortium.Cli.Load;

/// <summary>
/// Makes HL7 v2 messages about fictitious people, the same ones for the same seed: for the demo's feed, the benchmark and the fault tests.
/// ID-card numbers carry the area code 999999, which GB/T 2260 does not assign, and valid GB 11643 check digits.
/// </summary>
internal sealed class MessageGenerator(int seed, string facility, DateTimeOffset start)
{
    private static readonly string[] Families = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    private static readonly string[] Given = ["小明", "秀英", "建国", "丽华", "志强", "桂兰", "海燕", "文博", "雨桐", "子涵"];
    private static readonly (string Code, string Name, string Unit, decimal Low, decimal High, string Loinc)[] Tests =
    [
        ("WBC", "白细胞计数", "10*9/L", 3.5m, 9.5m, "6690-2"),
        ("HGB", "血红蛋白", "g/L", 130m, 175m, "718-7"),
        ("PLT", "血小板计数", "10*9/L", 125m, 350m, "777-3"),
        ("GLU", "葡萄糖", "mmol/L", 3.9m, 6.1m, "14749-6"),
        ("K", "钾", "mmol/L", 3.5m, 5.3m, "2823-3"),
    ];

    /// <summary>The message with this number: every fifth admits a patient, the others report laboratory results of one admitted before.</summary>
    public byte[] Message(int number)
    {
        var random = new Random(HashCode(seed, number));
        int patient = number / 5;
        return Encoding.UTF8.GetBytes(number % 5 == 0 ? Admission(number, patient) : Report(number, patient, random));
    }

    /// <summary>The control id (MSH-10) of the message with this number.</summary>
    public string ControlId(int number) => string.Create(CultureInfo.InvariantCulture, $"{facility}-{seed}-{number}");

    private string Admission(int number, int patient)
    {
        string time = Time(number);
        return string.Join('\r',
            Header("ADT^A01^ADT_A01", number, time),
            $"EVN|A01|{time}",
            PatientSegment(patient),
            $"PV1|1|I|{Ward(patient)}^{1 + patient % 30:00}^1^{facility}||||D{patient % 7:000}^孙^医生||||||||||||V{seed}{patient:000000}|||||||||||||||||||||||||{time}",
            $"DG1|1||I10^特发性（原发性）高血压^I10||{time}|A", "");
    }

    private string Report(int number, int patient, Random random)
    {
        string time = Time(number);
        var text = new StringBuilder()
            .AppendJoin('\r', Header("ORU^R01^ORU_R01", number, time), PatientSegment(patient),
                $"PV1|1|I|{Ward(patient)}^{1 + patient % 30:00}^1^{facility}|||||||||||||||V{seed}{patient:000000}",
                $"OBR|1||{facility}L{seed}{number:0000000}|CBC^血常规^L|||{time}|||||||||||||||{time}||LAB|F")
            .Append('\r');
        for (int i = 0; i < Tests.Length; i++)
        {
            (string code, string name, string unit, decimal low, decimal high, string loinc) = Tests[i];
            decimal value = Math.Round(low + (decimal)random.NextDouble() * (high - low) * 1.3m, low < 10 ? 2 : 0);
            string flag = value > high ? "H" : "N";
            text.Append(CultureInfo.InvariantCulture, $"OBX|{i + 1}|NM|{loinc}^{name}^LN^{code}^{name}^L||{value}|{unit}^{unit}^UCUM|{low}-{high}|{flag}|||F|||{time}\r");
        }

        return text.ToString();
    }

    private string Header(string type, int number, string time) =>
        $"MSH|^~\\&|HIS|{facility}|CONSORTIUM|{facility}|{time}||{type}|{ControlId(number)}|P|2.5.1|||||CHN|UNICODE UTF-8";

    private string PatientSegment(int patient)
    {
        var random = new Random(HashCode(seed, -1 - patient));
        var birth = new DateOnly(1940, 1, 1).AddDays(random.Next(27_000));
        int order = 100 + random.Next(900);
        string sex = order % 2 == 1 ? "M" : "F"; // GB 11643: the order code is odd for men
        string id = string.Create(CultureInfo.InvariantCulture, $"999999{birth:yyyyMMdd}{order:000}");
        id += CheckDigit(id);
        string family = Families[random.Next(Families.Length)];
        return $"PID|1||P{seed}{patient:000000}^^^{facility}^MR~{id}^^^PRC^NNCHN||{family}^{Given[random.Next(Given.Length)]}||{birth:yyyyMMdd}|{sex}";
    }

    private string Time(int number) => start.AddSeconds(number).ToString("yyyyMMddHHmmsszz00", CultureInfo.InvariantCulture);

    private static string Ward(int patient) => $"W{1 + patient % 8}";

    /// <summary>GB 11643-1999, ISO 7064 MOD 11-2.</summary>
    internal static char CheckDigit(string first17)
    {
        int sum = 0;
        for (int i = 0; i < 17; i++) sum += (first17[i] - '0') * ((1 << (17 - i)) % 11);
        return "10X98765432"[sum % 11];
    }

    private static int HashCode(int a, int b) => unchecked((a * 486_187_739) ^ (b * 16_777_619));
}

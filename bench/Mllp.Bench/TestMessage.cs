using System.Globalization;
using System.Text;

namespace Consortium.Mllp.Bench;

/// <summary>Laboratory reports of about 2 KB about people who do not exist; another number, another message.</summary>
internal static class TestMessage
{
    /// <summary>A message in its frame.</summary>
    public static byte[] Frame(int seed, int number)
    {
        var text = new StringBuilder(2400);
        text.Append('\u000b');
        text.Append(CultureInfo.InvariantCulture, $"MSH|^~\\&|LIS|BENCH|CONSORTIUM|HOSP|20261122080000+0800||ORU^R01^ORU_R01|B{seed}-{number}|P|2.5.1|||||CHN|UNICODE UTF-8\r");
        text.Append(CultureInfo.InvariantCulture, $"PID|1||P{seed}{number:0000000}^^^BENCH^MR||测试^{number}||19700101|F\r");
        text.Append(CultureInfo.InvariantCulture, $"PV1|1|I|W1^01^1^BENCH|||||||||||||||V{seed}{number:0000000}\r");
        text.Append(CultureInfo.InvariantCulture, $"OBR|1||L{seed}{number:0000000}|CBC^血常规^L|||20261122080000+0800|||||||||||||||20261122080000+0800||LAB|F\r");
        for (int i = 1; i <= 20; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"OBX|{i}|NM|T{i:000}^检验项目{i}^L||{(number * 7 + i * 13) % 1000}.{i}|g/L^g/L^UCUM|1-1000|N|||F|||20261122080000+0800\r");
        }

        return Encoding.UTF8.GetBytes(text.Append("\u001c\r").ToString());
    }
}

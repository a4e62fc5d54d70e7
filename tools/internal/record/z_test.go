package record
import ("testing";"fmt";"strings")
func TestZ(t *testing.T){
 show:=func(s string){
  rec,fs:=Parse("a.md",[]byte(s))
  fmt.Printf("%q nil=%v\n",s,rec==nil)
  lines:=strings.Split(s,"\n")
  for _,f:=range fs { 
   txt:=""
   if f.Line>0&&f.Line<=len(lines){ r:=[]rune(lines[f.Line-1]); a,b:=f.Col-1,f.EndCol-1; if a>=0&&b<=len(r)&&a<=b {txt=string(r[a:b])}else{txt="OUT OF LINE"} }
   fmt.Printf("    %s %d:%d-%d %q %s / %s\n",f.Rule,f.Line,f.Col,f.EndCol,txt,f.Message.Zh,f.Message.En)}
  if rec!=nil&&len(fs)==0 { var d func(n *Node,i int); d=func(n *Node,i int){ r:=[]rune(lines[n.Line-1]);x:="OUT"; if int(n.EndCol)-1<=len(r){x=string(r[n.Col-1:n.EndCol-1])}; fmt.Printf("%*s kind=%d %q %d:%d-%d %q\n",i,"",n.Kind,n.Text,n.Line,n.Col,n.EndCol,x); for _,k:=range n.Keys{fmt.Printf("%*s .%s %d:%d-%d\n",i,"",k.Name,k.Line,k.Col,k.EndCol);d(k.Value,i+4)}; for _,k:=range n.Items{d(k,i+4)}}; d(rec.Root,4)
   for _,h:=range rec.Headings{fmt.Printf("    H %+v\n",h)}; for _,h:=range rec.Links{ fmt.Printf("    L %+v %q\n",h, string([]rune(lines[h.Line-1])[h.Col-1:h.EndCol-1]))}
  }
 }
 for _,s:=range []string{"a:\n\tb: 1\n","a: b: c\n","标题: 你好: c\n","a: \"x\nb: 1\n","a: 'x\n","a: 1\n b: 2\n","a:\n  b: 1\n c: 2\n","a: 1\nb\n","a: 1\nb\nc: 2\n","a: [1, 2\nb: 3\n","a: @x\n","a: `x`\n","a: %x\n","a: *x\n","a: *重要*\n","a: *\n","a: & b\n","a: &x 1\n","a: !x 1\n","a: !!int x\n","a: !<x\n","a: !重要\n","a: !!map\n  b: 1\n","a: &x\n  b: 1\n","&x a: 1\n","a:\n- &x b: 1\n","a:\n- !!str\n","a: \"\\q\"\n","a: \"\\u12\"\n","- a\nb: 1\n","a: 1\n- b\n","a: {b: 1\n","a: ]\n","a: ,\n","a: }\n","a: - b\n","a:\n- b\n c\n","a: |x\n b","a: 'x' y\n","a: \"x\" y\nb: 1\n","a: \"x\nb: \"y\"\n","a:b\nc: 1\n","a：b\n","a：b\nc: 1\n","a： b\nc: 1\n","x: 1\na： b\nc: 1\n","x: 1\na:b\n","a: x #c\n","? a\n: b\n","{? a : b}\n","a: 1\n--- b\n","a: 1\n...\nb: 1\n","%YAML 1.2\na: 1\n","!!str a: 1\n","<<: 1\n","[a]: 1\n","{a: 1}: 2\n",": 1\n","a: 1\n: 2\n","a:\n  - x\n - y\n","a: |\n  x\n y\n","\ta: 1\n","a:\t1\n","a: 1\n\t\nb: 2\n","a:\n  \tb: 1\n","a:\n -\tb: 1\n","a: {{ x }}\n","a: \"{{ x }}\"\n","a: |\n  x\n  y {{ z\n","a: x }}\n","{{x}}: 1\n","a: 1\na: 2\n","a: 010\nb: ~\nc: Yes\nd: 1e5\ne: 12:30\nf: .5\ng: 5.\nh: +1\ni: 0x1F\nj: 1_000\nk: null\nl: Y\nm: .inf\nn: TRUE\n","a: 123456789012345678901234567890123\n","a: [1,\n","a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n","a: x#\n","a: [a]#\n","","# c\n", "a: \"b\n---\nc\"\n","a: x: \"y: z\"\n","a: \"b\": c\n","a: 'x\n  y\n"}{
  show("---\n"+s+"---\n")
 }
 for _,s:=range []string{"","x","---\na: 1\n","+++\na=1\n+++\n","---\na: \xff\n---\n","\ufeff---\na: 1\n---\n","---\na: \x00\n---\n","---\ra: 1\r---\r","---\na: 1\n---\nx\u202ey\n","--- \na: 1\n---  \nx","---\r\na: 甲\r\nb: |\r\n  x\r\n  y\r\n---\r\n# 标题 *x* [a](b.md)\r\n\r\n正文 [甲](files/a.pdf) ![图](./b.png \"t\") <https://a.cn/x> [r][1] [r]\r\n\r\n[1]: https://b.cn\r\n[r]: c.md\r\n\r\nHead\r\n---\r\n",
 "---\n标题: 你好\n列表:\n  - 甲: \"引\"\n    乙:\n  - x\n  -\n  - [a, b]\n空:\nf: [一, {二: 三}]\ng: [\n 1, 2]\nh: {}\ni: 'it''s' # c\nj: a\n  b # c\nk: >-\n  x\nl: \"a\\\"b\"\n---\n",
 "---\na: 1\n---\n<div>\nx <b>y</b> `<i>` <!--more-->\n\n{{< x >}} {{% y %}}\n",
 "---\na: 1\n---\nx <b>y</b> `<i>` <!--more-->\n\n  <p>\n  [a](http://x.cn) [b](javascript:x) [c](//x) [d](../x) [e](/x) [f]() [g](a%2e) [h](java&#115;cript:x) <mailto:a@b.c> [i](#x) ![j](data:x) [k](a b) [l](<a b>) [m](https://x) [n](x\\_y) [a@b.c](a?x)\n\n[z]\n\n[z]: http://a.b\n",
 } { show(s)}
}

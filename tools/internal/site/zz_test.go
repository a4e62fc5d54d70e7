package site
import ("testing";"fmt";"path/filepath";"strings";"os/exec")
func TestZZ(t *testing.T){
 b,in:=builder(t),sample(t)
 page:=strings.Repeat("<p>一些公开的文字，很长很长</p>\n",500)
 for i:=range 20000 { n:=fmt.Sprintf("p/%d/%d/index.html",i/100,i); write(t,filepath.Join(in.Projection,"static",n),page); in.Expected=append(in.Expected,n)}
 for i:=range 20000 { in.Forbidden=append(in.Forbidden,[]byte(fmt.Sprintf("审查意见 %d：不同意，理由是……",i)))}
 for range 2 {
 r,err:=b.Build(t.Context(),in)
 t.Log(r.Files,r.Bytes>>20,r.Duration,err)
 }
 out,err:=exec.Command("sh","-c","cd "+in.Out+" && sha256sum --quiet -c .taizhang-site | head -3; ls -la | head -5").CombinedOutput()
 t.Log(string(out),err)
}

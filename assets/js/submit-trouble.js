// What can go wrong between this page and the forge, in words that say what to
// do. `retry` tells the page which button to offer: "again", "signIn", "read"
// (look at `paths` anew, somebody else changed them), "number" (`paths` are taken,
// choose another number) or "" (another person has to act first).

export class Trouble extends Error {
  constructor(zh, en, retry = "", more = {}) {
    super(en);
    Object.assign(this, { zh, en, retry, status: 0 }, more);
  }
}

const goesOn = { zh: "过一会儿再点一次“提交”，会接着上次做完的继续，不会重复提交。", en: " Press submit again in a while: it goes on where it stopped and submits nothing twice." };

const trouble = (retry, zh, en, more) => new Trouble(zh, en, retry, more);
const again = (zh, en, more) => new Trouble(zh + goesOn.zh, en + goesOn.en, "again", more);

export const offline = () => again("电脑没有连上网络。", "This computer is offline.");
export const late = (seconds) => again(`等了 ${seconds} 秒，代码平台没有回音。`, `The forge did not answer within ${seconds} seconds.`);
export const unreachable = (origin) => again(
  `连不上代码平台 ${origin}：网络断了，平台停了，或者平台没有允许本网站访问（CORS，见“接上代码托管平台”）。`,
  `Cannot reach ${origin}: the network is down, the forge is, or it does not allow this site (CORS, see “Connect the forge”).`);
export const garbled = (status) => trouble("",
  "代码平台的回答读不懂，中间可能有登录页或代理，请管理员核对平台网址。",
  "The answer is not one of the forge's interface; a sign-in page or proxy may stand between. Ask the administrator to check the address.", { status });

export const signedOut = (status = 401) => trouble("signIn", "还没有登录，或者登录已经过期，请登录后再提交。", "You are not signed in any more. Sign in, then submit.", { status });
export const notFinished = (why) => trouble("signIn", `登录没有完成${why ? `（${why}）` : ""}，请再登录一次。`, `The sign-in was not finished${why ? ` (${why})` : ""}. Please sign in again.`);
export const refusedByPerson = () => trouble("signIn", "您在平台上没有同意授权，所以没有提交。", "You did not grant access on the forge, so nothing was submitted.");
export const wrongState = () => trouble("signIn", "登录的回执对不上这次登录，已经丢弃，请再登录一次。", "The answer does not belong to this sign-in and was dropped. Please sign in again.");

export const same = () => trouble("", "台账里已经是这样，没有要提交的改动。", "The registry already says so; there is nothing to submit.");
export const moved = (paths) => trouble("read",
  `您打开以后，别人改了 ${paths.join("、")}。请重新读取，核对后再提交。`,
  `Somebody changed ${paths.join(", ")} since you opened it. Read it again, compare, then submit.`, { status: 409, paths });
export const occupied = (paths) => trouble("number",
  `台账里已经有 ${paths.join("、")}，多半是这个编号已经用了。请换一个编号再提交。`,
  `The registry already has ${paths.join(", ")}: this number is probably taken. Choose another number, then submit.`, { status: 409, paths });
export const taken = (branch) => trouble("",
  `分支 ${branch} 和后面的几个名字都被占用了，请管理员清理旧分支。`,
  `The branch ${branch} and its next names are all taken; ask the administrator to remove old branches.`, { status: 409 });
export const forkLate = () => again("平台还没有建好您的仓库副本。", "The forge is still making your copy of the repository.");
export const forkApart = (fork) => trouble("",
  `您的仓库副本 ${fork} 的主干和台账不一样，没有办法从它提交。请在平台上删除这个副本，或把它的主干恢复得和台账一致，再点“提交”。`,
  `The main branch of your copy ${fork} differs from the registry. Delete that copy on the forge, or bring its main branch back in line, then submit again.`, { status: 409 });
export const archived = () => trouble("", "台账仓库已经归档，只能看。请找管理员。", "The repository is archived and read-only. Ask the administrator.", { status: 423 });

// answered gives the trouble for a status of the forge; `said` is its message.
export function answered(status, said, after, where) {
  const quote = said ? { zh: `平台说：${said}。`, en: ` The forge says: ${said}.` } : { zh: "", en: "" };
  const more = { status, said };
  switch (true) {
    case status === 401:
      return signedOut();
    case status === 429 || after > 0: {
      const wait = after > 0 ? { zh: `请等 ${after} 秒。`, en: ` Wait ${after} seconds.` } : { zh: "", en: "" };
      return again("代码平台说请求太多了。" + wait.zh, "The forge says there were too many requests." + wait.en, more);
    }
    case status === 403:
      return trouble("", `平台不准您的账号这样做。${quote.zh}请管理员给账号读仓库、建副本、提请求的权限；用令牌的，核对令牌的权限。`,
        `The forge does not let your account do this.${quote.en} Ask the administrator for the right to read, fork and open requests; with a token, check what it may do.`, more);
    case status === 404:
      return trouble("", `平台上找不到 ${where}，也可能是您的账号看不到它。请管理员核对台账设置里的仓库、分支和您的账号权限。`,
        `There is no ${where} on the forge, or your account may not see it. Ask the administrator to check the repository, the branch and your rights.`, more);
    case status === 423:
      return archived();
    case status >= 500:
      return again(`代码平台出错了（${status}）。`, `The forge failed (${status}).`, more);
    default:
      return trouble("again", `平台没有接受（${status}）。${quote.zh}可以再试一次；还不行，请下载文件，按“网页上传”交。`,
        `The forge refused (${status}).${quote.en} Try once more; if that fails, download the files and upload them by hand.`, more);
  }
}

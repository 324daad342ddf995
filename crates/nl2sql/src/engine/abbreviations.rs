//! Short forms in the names of tables and columns and the words they stand for, as data.

/// Each short form with what it stands for, most likely first; `_` is between the words of those that stand for several.
pub(crate) const ABBREVIATIONS: &str = "\
    abbr=abbreviation abs=absence absn=absence abst=abstract acad=academic,academy acc=account,accident accdt=accident accnt=account
    accom=accommodation accr=accrued,accrual acct=account acdm=academic acdt=accident acft=aircraft ach=achievement achv=achieved
    ack=acknowledged acq=acquired,acquisition act=active actl=actual actv=active addl=additional addr=address addt=additional
    adj=adjustment,adjusted adjmt=adjustment adm=admission admn=admission adms=admission admt=admitted,admission admtd=admitted adr=address
    adv=advance advsr=advisor aff=affiliate,affiliation agcy=agency agmt=agreement agr=agreement agrmt=agreement agt=agent aircft=aircraft
    alg=allergy algn=aligned alloc=allocated,allocation allow=allowance allw=allowance allwnc=allowance alt=alternative amb=ambulance
    amt=amount anlys=analysis annl=annual annv=anniversary ans=answer apl=application appl=application,applicant applcnt=applicant
    applctn=application appln=application appr=approved apprvd=approved apprvl=approval appt=appointment apr=approved apt=apartment,airport
    arpt=airport arr=arrival arrv=arrival,arrived artl=article asgn=assigned,assignment asgnd=assigned asgnmt=assignment asmbl=assembly
    asmt=assessment assgn=assignment,assigned assmt=assessment assoc=associate,association asst=assistant,asset assy=assembly ast=asset
    atnd=attendance att=attachment,attendance attch=attachment attd=attended attn=attendance attnd=attendance,attended attnds=attendees
    attr=attribute aud=audit auth=author authr=author auto=automatic avail=available aval=available avg=average avgs=averages avl=available
    avlbl=available avlbty=availability awb=air_waybill awd=award awrd=award bag=baggage bal=balance bas=base,basic batt=battery
    bch=batch,branch bday=birthday bdgt=budget bdrm=bedroom bdy=birthday beg=begin ben=benefit benef=beneficiary benf=benefit,beneficiary
    bgg=baggage bgt=budget bil=bill bk=book bkd=booked bkg=booking bld=building,blood bldg=building bldr=builder bldtyp=blood_type blk=block
    blkd=blocked bln=balance blnc=balance bm=bookmark bmi=body_mass_index bnk=bank bns=bonus bon=bonus bp=blood_pressure br=branch,bedrooms
    brc=branch brcd=barcode brn=branch brnch=branch brnd=brand brth=birth bsns=business bt=batch btch=batch bth=birth,bath bu=business_unit
    buy=buyer byr=buyer bz=business cal=calendar,calories calc=calculated camp=campaign canc=cancelled cand=candidate cap=capacity
    capty=capacity carr=carrier cat=category catg=category catgry=category catgy=category catlg=catalog ccy=currency cd=code cde=code
    cel=cell,mobile cen=center cert=certificate certn=certification cfg=configuration chan=channel chap=chapter char=character
    chd=child chf=chief chg=charge chk=check chkd=checked chld=child chnl=channel chqe=cheque chrg=charge cit=city cl=class clb=club
    cli=client clin=clinic clm=claim clnc=clinic clnt=client clr=color cls=class,closed clsd=closed clsf=classification clss=class
    cmnt=comment cmp=company,campaign cmpgn=campaign cmpl=completed cmpln=complaint cmplt=complete,completed cmpltd=completed cmpny=company
    cmpy=company cmsn=commission cmt=comment cmte=committee cncl=cancelled cncld=cancelled cncpt=concept cnfm=confirmed cnfrmd=confirmed
    cnsl=counsel cnsmp=consumption cnst=constant cnt=count,number cntc=contact cntct=contact cntn=contents cntnr=container
    cntr=contract,center,counter cntrct=contract cntry=country cnty=county co=company coef=coefficient col=color coll=collection,college
    colr=color comm=commission,comment,communication comp=company compl=completed,complaint compy=company conc=concentration
    conf=confirmed,conference config=configuration cons=consultation contnr=container contr=contract conv=conversion coord=coordinator
    cord=coordinator corp=corporation corr=correspondence cos=cost cov=coverage covg=coverage cpcty=capacity cpl=complaint,couple
    cplt=completed cpn=coupon cpty=capacity cpy=copy,company cr=credit crcy=currency crd=card,credit crdt=credit cre=created credt=credit crncy=currency
    crny=currency crs=course crsp=correspondence crt=created,cart crtd=created crtf=certificate crtn=creation,carton cs=case csh=cash
    cst=cost,customer cstmr=customer ct=count,cents ctc=contact ctct=contact ctfc=certificate ctg=category ctgy=category ctl=control
    ctnr=container ctr=center,counter ctrct=contract ctrl=control ctry=country cts=cents cty=city ctzn=citizen cur=currency curr=currency
    cus=customer cust=customer cvg=coverage cycl=cycle cyl=cylinder dat=date,data db=debit dbt=debit,debt dcm=document dcr=decrease
    dcsn=decision ded=deduction,deductible dedct=deduction deduc=deduction def=default deg=degree del=deleted deliv=delivery,delivered
    delv=delivery,delivered dep=department,deposit,departure depo=deposit depr=depreciation dept=department deptm=department desc=description
    descr=description dest=destination destn=destination det=detail detl=detail dev=device devc=device dgn=diagnosis dgr=degree dgre=degree
    diag=diagnosis dir=director,direction,directory disb=disbursement,disbursed disc=discount disch=discharge,discharged
    dischg=discharge,discharged dist=distance div=division divn=division dl=deadline,license dlv=delivery dlvd=delivered
    dlvr=delivery,delivered dlvrd=delivered dlvry=delivery dlvy=delivery dly=daily,delay dmg=damage,damaged dmgd=damaged dnr=donor dnrs=donors
    doa=date_of_admission dob=birth,birthday doc=document docno=document_number dod=date_of_death doh=date_of_hire doj=date_of_joining
    dom=domestic dor=date_of_release dpst=deposit dpsts=deposits dpt=department dr=doctor,debit drctr=director drg=drug drt=direct drv=driver
    drvr=driver dsbl=disabled dsc=description,discount dsch=discharge,discharged dschg=discharge,discharged dschrg=discharge,discharged
    dscnt=discount dscp=description dsct=discount dsh=dish dsp=display dspl=display dspn=dispensed dst=destination,distance dstn=destination
    dstnc=distance dstr=district dstrct=district dt=date dte=date dtl=detail dtls=details dtm=datetime dtn=duration dtrct=district
    dttm=datetime dur=duration dura=duration dvc=device dvsn=division dy=day dys=days econ=economy ed=education edn=education,edition
    edu=education educ=education eff=effective effdt=effective_date efft=effective eft=effective elec=electricity,electronics elev=elevation
    elig=eligible em=email emad=email emer=emergency emerg=emergency emgcy=emergency eml=email emp=employee empl=employee emplmt=employment
    emplr=employer empr=employer enbl=enabled enc=encounter encntr=encounter enctr=encounter eng=engineer,engine,english engr=engineer
    enr=enrollment enrl=enrollment enrlmt=enrollment enrol=enrollment enroll=enrollment ent=entity,entry entr=entry eqmt=equipment
    eqp=equipment eqpt=equipment eqty=equity equip=equipment err=error est=estimated,estimate estb=established estd=estimated,established
    estm=estimated eta=estimated_arrival etd=estimated_departure ethn=ethnicity eval=evaluation evnt=event evt=event exch=exchange
    exec=executive,executed exmpt=exempt exp=expense,expiry,experience expd=expired expn=expense expns=expense expr=expiry,expires,expired
    exprnc=experience expry=expiry exps=expenses expt=expected ext=extension,external extn=extension f=first fac=faculty facil=facility
    fam=family fclty=facility,faculty fcst=forecast fctry=factory fcty=factory,faculty fdbck=feedback fdbk=feedback fedtx=federal_tax
    fem=female fin=finish fl=flag fld=field,failed flg=flag flr=floor flt=flight flty=faculty fmly=family fn=firstname fname=firstname
    fnd=fund fnds=funds fnl=final frcst=forecast freq=frequency frght=freight frgt=freight frm=from,form,firm frst=first frt=freight fst=first
    ft=feet ftg=footage ftr=feature fw=firmware fwd=forward fy=fiscal_year gdn=guardian gds=goods gen=gender gl=general_ledger glb=global
    gnd=gender gndr=gender gov=government govn=government govt=government gr=grade grad=graduation,graduate grd=grade grde=grade
    grdn=guardian,garden grnt=grant,guarantee grnty=guarantee grp=group grpg=grouping grs=gross grsn=gross gst=guest gtd=guaranteed
    guar=guarantee guard=guardian gur=guarantor hc=headcount hd=head hdct=headcount hdr=header hght=height hgt=height hh=household
    hist=history hlday=holiday hldy=holiday hlth=health hm=home hol=holiday hosp=hospital hr=hour hrd=hired hrly=hourly hrs=hours hs=house
    hse=house hsng=housing hsp=hospital hspl=hospital hsptl=hospital hst=history,host ht=height htg=heating htl=hotel hum=humidity hzd=hazard
    icd=diagnosis ident=identification idn=identification img=image imm=immunization imp=importance imprt=import impt=important,import
    inact=inactive inbd=inbound inc=income,incident incid=incident incl=included,including incm=income incr=increase ind=indicator
    indiv=individual indv=individual inf=information info=information ing=ingredient ingr=ingredient init=initial inpt=inpatient
    ins=insurance,insured insd=insured insp=inspection inspctn=inspection inspn=inspection insr=insurance,insured
    inst=institution,installment,instructor instct=instructor instl=installed,installation instlmt=installment instmt=installment
    instn=institution instr=instructor instrm=instrument insur=insurance int=interest intl=international intr=interest intrst=interest
    inv=invoice,inventory invc=invoice invd=invoiced invest=investment invntry=inventory invst=investment,investigation invt=inventory
    invty=inventory iss=issue,issued issd=issued itm=item itn=itinerary jb=job jnl=journal jnr=junior jr=junior jrnl=journal jur=jurisdiction
    juris=jurisdiction kwh=energy l=last lab=laboratory lang=language lat=latitude lbl=label lbr=labor lcn=location lcns=license lct=location
    lctn=location ldg=ledger ldgr=ledger ldt=lead_time lec=lecture,lecturer lect=lecture lectr=lecturer len=length lgin=login lgl=legal
    lgn=login lgst=logistics lgt=length lgth=length lgu=league lgv=leave lib=library libr=library,librarian lic=license,licence licns=license
    lim=limit lin=line liq=liquid lms=limits lmt=limit ln=lastname,loan,line lname=lastname lnd=land lne=line lng=longitude lngt=longitude lngth=length
    lnk=link lns=loans lnth=length loa=leave_of_absence loc=location lon=longitude los=length_of_stay lsn=lesson lss=loss lst=last,list
    lstg=listing ltr=letter ltt=latitude lty=loyalty lv=leave lve=leave lvg=living lvl=level lyl=loyalty mag=magazine mail=email
    maint=maintenance maj=major mand=mandatory manuf=manufacturer mart=marital mat=material,maturity matl=material max=maximum mbr=member
    mbrshp=membership mbshp=membership mch=machine mchn=machine mcn=machine mdcn=medicine mdl=model,middle meas=measurement med=medicine
    medcn=medicine medn=medication meds=medications mem=member memb=member merch=merchant,merchandise mfg=manufacturing mfr=manufacturer
    mgmt=management mgnt=management mgr=manager mgt=management mi=middle mid=middle mil=military,mileage min=minimum mins=minutes
    misc=miscellaneous mjr=major mkr=marker,maker mkt=market mktg=marketing mlg=mileage mlge=mileage mmbr=member mnf=manufacturer
    mnfr=manufacturer mngr=manager mnl=manual mnr=minor mnt=maintenance,amount mnth=month mntnc=maintenance mntr=mentor,monitor mo=month
    mob=mobile mobl=mobile mod=modified,module,model modf=modified mon=month mort=mortgage mph=speed mrch=merchant mrchnt=merchant
    mrcht=merchant mrg=margin mrgn=margin mrk=mark mrks=marks mrn=medical_record_number mrtl=marital msc=miscellaneous msg=message mstr=master
    mtch=match mtd=month_to_date mtg=meeting mtge=mortgage mtgs=meetings mth=month mthd=method mthly=monthly mtl=material mtnc=maintenance
    mtr=meter mtrc=metric mtrl=material mun=municipality mus=museum mvmt=movement mvt=movement nam=name nat=nationality natl=national
    natn=nation natnlty=nationality nbd=neighborhood nbr=number nbrs=numbers neg=negative nghbr=neighborhood nm=name nmbr=number nme=name
    no=number nomn=nomination notif=notification nr=number nrs=nurse nt=note ntc=notice ntf=notification ntfy=notify ntl=national
    ntnl=national nts=notes ntwk=network num=number,count numb=number nurs=nurse nw=network nxt=next ob=outbound obj=object obl=obligation
    obs=observation obsv=observation occ=occupation,occupied,occupancy occp=occupied,occupation,occupancy occup=occupation odo=odometer
    odom=odometer ofc=office ofcr=officer offc=office offr=offer,officer offrd=offered oh=on_hand onhd=on_hand onhnd=on_hand op=operation
    oper=operator,operation opn=open,opened opnd=opened opr=operator,operation ops=operations opt=option,optional optn=option orch=orchestra
    ord=order ordd=ordered ordr=order ords=orders org=organization orgn=organization,origin orgnl=original orig=origin origl=original
    ostd=outstanding ot=overtime otstd=outstanding outbd=outbound outst=outstanding ovr=overall ovrt=overtime ovtm=overtime ownr=owner
    oz=ounces pag=page par=parent pat=patient pax=passengers pay=payment paymnt=payment paymt=payment payt=payment pbl=publisher
    pbls=published pc=piece pch=purchase pck=pack,package pckg=package pcnt=percent pcs=pieces pct=percent pctg=percentage pd=paid,period
    pen=pension,penalty pend=pending perc=percent perd=period perf=performance perm=permanent,permission permt=permit pers=person pg=page
    pgs=pages ph=phone pharm=pharmacy phmcy=pharmacy phn=phone phne=phone pho=phone phon=phone phrm=pharmacy phys=physician pic=picture
    pk=pick pkd=picked pkg=package pl=place plc=place plcy=policy pln=plan,planned plnd=planned plnt=plant plt=plant,plate pltf=platform
    pltfm=platform plyr=player pmnt=payment pmt=payment pndg=pending pnl=panel pnlty=penalty pnt=point pntlty=penalty pnts=points
    po=purchase_order pob=place_of_birth poc=contact pod=proof_of_delivery pol=policy pop=population pos=position,point_of_sale posn=position
     ppl=people pr=price prc=price prcdr=procedure prce=price prch=purchase prchs=purchase prcs=process prct=practice,product
    prd=product,period pref=preferred,preference prem=premium pres=president,prescription presc=prescription prescr=prescription prev=previous
    prf=preferred prfl=profile prg=program,progress prgm=program pri=price,primary,priority prim=primary prin=principal princ=principal
    prio=priority priv=private,privilege prj=project prncpl=principal prob=probability,problem probtn=probation proc=procedure,process
    procd=procedure proct=proctor prod=product prodn=production prof=professor profl=profile prog=program,progress progr=progress proj=project
    prom=promotion promo=promotion prop=property prov=province provr=provider prpty=property prs=person prsn=person prt=part,port prtn=partner
    prts=parts prty=priority,party prvc=province prvd=provider prvdr=provider prvn=province prvnc=province prvs=previous psgr=passenger
    psn=person,position pstn=position pt=point,patient,part ptn=patient ptnr=partner ptnt=patient pts=points pub=publisher
    publ=published,publisher publr=publisher pur=purchase purch=purchase pvdr=provider pwd=password pymnt=payment pymt=payment pymts=payments
    pyt=payment qa=quality qlf=qualification qlfn=qualification qlty=quality qnt=quantity qntty=quantity qnty=quantity qoh=quantity_on_hand
    qstn=question qt=quantity,quote qte=quote qtn=quotation,question qtr=quarter qty=quantity qual=quality,qualification qualf=qualification
    quan=quantity quant=quantity ques=question quot=quotation,quote qz=quiz rat=rating rcd=record rcmd=recommended rcp=receipt,recipe
    rcpt=receipt,recipient rcrd=record rcrt=recruiter,recruited rctn=reaction rcv=received rcvd=received rcvr=receiver rdg=reading reas=reason
    rec=record,received recd=received recip=recipient recs=records recur=recurring recv=received recvd=received redn=reduction ref=reference
    refd=refund refl=referral reg=region,registration,registered regd=registered regis=registration regn=registration,region
    rel=relation,relationship,released reln=relationship rem=remark,remaining remn=remaining renw=renewal reord=reorder rep=representative
    repr=representative req=request,required reqd=required reqmt=requirement res=reservation resid=resident,residence resl=result
    resn=reservation resp=response resrc=resource resv=reservation resvd=reserved ret=return,returned,retired retd=returned,retired
    retl=retail rev=revenue,review revn=revenue revw=review rfd=refund rfl=refill rfnd=refund rfr=referral rgd=regard rgn=region
    rgst=registered,registration rgstn=registration rgstr=registered rk=rank rls=release,released rlsd=released rlse=release,released
    rltn=relationship rm=room rmk=remark rmks=remarks rmn=remaining rmng=remaining rmrk=remark rmtp=room_type rnk=rank rnl=renewal rnt=rent
    rntl=rental rnwl=renewal ro=reorder rol=reorder_level rop=reorder_point rord=reorder rprs=representative rprt=report rpt=report
    rqd=required rqmt=requirement rqrd=required rqst=request rsc=resource rsch=research rsdnt=resident rsl=result rslt=result rslts=results
    rsn=reason rsp=response rspn=response rspns=response rsrc=resource rsrv=reserved,reservation rsrvd=reserved rstrnt=restaurant
    rsv=reservation,reserved rsvd=reserved rt=rate,route rtd=returned,rated rte=route,rate rtg=rating rtl=retail rtn=return,returned
    rtrn=return,returned rts=rates rvn=revenue rvnu=revenue rvw=review rx=prescription sal=salary sals=salary sav=savings sbj=subject
    sbjct=subject sbmt=submitted sbscr=subscriber sbtot=subtotal sch=school,schedule,scheduled schd=schedule,scheduled
    schdl=schedule,scheduled sched=schedule,scheduled schl=school schlr=scholarship schol=scholarship scl=school scr=score,screen sctn=section
    sctr=sector sctry=secretary sec=section,second secs=seconds sect=section,sector seg=segment segm=segment sel=selected sell=selling
    sem=semester sems=semester semstr=semester sen=seniority sens=sensor seq=sequence ser=serial,service serv=service sesn=session
    sess=session sev=severity sex=gender sgmt=segment sgn=sign sgnd=signed shft=shift ship=shipment,shipped shipd=shipped shp=shipment,shipped
    shpd=shipped shpg=shipping shpmt=shipment shpmts=shipments shpr=shipper sht=shift sig=signature subr=subscriber subrs=subscriber skd=schedule skl=skill sl=sales sld=sold
    sllr=seller slm=salesman slr=seller,salary slry=salary sls=sales slsm=salesman slsp=salesperson slsrep=sales_representative smp=sample
    smry=summary smstr=semester sn=serial snr=senior soc=social sp=species,spouse spc=space,species spclt=specialty spclty=specialty spd=speed
    spec=specialty,specification specl=special,specialty spl=specialty,supplier splr=supplier splt=specialty splty=specialty spnsr=sponsor
    spons=sponsor sprm=supreme sprvsr=supervisor spse=spouse spv=supervisor spvsr=supervisor sqft=square_feet sqm=square_meters sr=senior
    src=source srce=source srch=search srgn=surgeon srgry=surgery srl=serial srnm=surname srv=service,server srvc=service
    ssn=social_security_number st=state sta=station stat=status stck=stock std=student,standard stdg=standing stdnt=student stf=staff
    stff=staff stg=stage stk=stock stmt=statement stmts=statements stn=station sto=storage,store stor=storage,store stp=stop,step
    str=street,store,start stra=street strd=stored strg=storage strm=stream strt=start sts=status stt=start stts=status sttus=status
    stu=student stud=student studt=student stus=status sub=subscription subcat=subcategory subctg=subcategory subj=subject subm=submitted
    subs=subscription,subscriber subscr=subscriber,subscription subt=subtotal subtot=subtotal sup=supplier supp=supplier suppl=supplier
    supr=supervisor supv=supervisor supvr=supervisor surg=surgery,surgeon surn=surname surv=survey svc=service svcs=services svgs=savings
    svng=savings svr=server,severity svrty=severity svyr=surveyor sw=switch swt=switch sym=symptom,symbol symp=symptom sys=system sz=size
    tab=table tbl=table tchr=teacher tck=ticket tckt=ticket tcn=technician teach=teacher tech=technician,technology techn=technician term=termination,terminated,term tel=phone
    tele=telephone teln=telephone telno=phone temp=temperature termd=terminated termn=termination terr=territory terrt=territory tgt=target
    thr=threshold thresh=threshold thrs=threshold tim=time tk=ticket tkn=taken,token tkr=ticker tkt=ticket tkts=tickets tl=total tlnt=talent
    tm=time,team tme=time tmp=temperature,temporary tmpr=temperature tms=times tmst=timestamp tnnt=tenant tnr=tenure tnt=tenant
    tos=type_of_service tot=total tote=total totl=total tourn=tournament tp=type tran=transaction trans=transaction trc=tracking
    trck=truck,tracking trd=trade trf=tariff,traffic trff=tariff trfr=transfer trk=truck,track,tracking trkg=tracking trm=term trms=terms
    trmt=treatment trn=transaction,training,train trng=training trnmt=tournament trnr=trainer trns=transaction trnsctn=transaction trp=trip
    trrty=territory trsf=transfer trt=treatment trtmnt=treatment trtmt=treatment trx=transaction ts=time tsk=task tstmp=timestamp ttl=title
    tuit=tuition tut=tutor tutn=tuition tx=tax txbl=taxable txn=transaction txt=text ty=type tye=type typ=type ucode=code uni=university
    univ=university unt=unit unts=units uom=unit upc=barcode upd=updated updt=updated updtd=updated upld=uploaded urg=urgency,urgent usg=usage
    usr=user usrnm=username uti=utilization util=utilization,utility utl=utility vac=vacation,vacancy vacc=vaccine,vaccination vacn=vacation
    val=value valn=valuation var=variance vat=tax vch=voucher vchr=voucher vcl=vehicle vcn=vaccination veh=vehicle ven=venue,vendor
    vend=vendor ver=version verf=verified verif=verified vess=vessel vhc=vehicle vhcl=vehicle viol=violation vis=visit vld=valid vlm=volume
    vltn=violation vlu=value vnd=vendor vndr=vendor vnu=venue vol=volume,volunteer volun=volunteer vot=votes vouch=voucher voy=voyage
    vp=vice_president vrfd=verified vrfy=verified vsl=vessel vst=visit vstr=visitor vsts=visits vyg=voyage wag=wage wareh=warehouse
    warr=warranty wd=ward,withdrawal wdrl=withdrawal wdth=width web=website wg=wage wgh=weight wght=weight wgt=weight wh=warehouse
    whl=wholesale whls=wholesale whs=warehouse whse=warehouse wid=width wk=week wkdy=weekday wkly=weekly wkr=worker wks=weeks wnr=winner
    wo=work_order wrd=ward wrhs=warehouse wrk=work wrkr=worker wrks=works wrnty=warranty wrty=warranty wt=weight wtd=weighted
    wthd=withheld,withdrawn wthdr=withdrawal wthr=weather wtr=water wv=waived xfer=transfer xfr=transfer yd=yard yld=yield yob=year_of_birth
    yoe=years_of_experience yr=year yrs=years ytd=year_to_date zn=zone zp=zip
";

/// Short forms that mean too many things, or that are looked for as they are.
pub(crate) const KEPT: &str = "\
    act adv alt auth auto avg bag bk bm bp br bt buy cal camp cap cert cgpa char cit cl co col coll comm conf cons cos cr cs ct db def del dep
    dev dist dl dob dy ed em eng est exp ext f fax fem fin fl fn ft gen gpa gr gross head hm hr hs hum icd inc ing int kwh l lab ln mag mail
    mat max med mem mid min mo mod mort mph neg ob obj op ot oz par pay pc pd pen pg pl pos pr prog pub rat rec ref rel rem res rest ret rev
    ro rt sav sec sel sen ser sex ship sig sl sn soc sp spl st sta std str sub sup sw sym tab teach term tech tl tm tp ts tut ty uni var ven ver
    vis vol vot vp wag ward web wid yd
";
